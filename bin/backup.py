"""Back up the portal's database and files, and bring them back.

A backup is a folder: `database.dump` (pg_dump's own format), `files/` (each under its SHA-256, as the portal
keeps them) and `manifest.json`, written last: without it a backup is not whole. Keys are not part of it, but
the values by which they prove to be the right ones are.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from django.conf import settings

from portal.lib.database_programs import ProgramFailed, answer, dsn, is_empty, run
from portal.lib.database_roles import has_two_roles
from portal.lib.embedded.services import borrowed
from portal.lib.env import made_now
from portal.lib.keys import MISSING, file_of, misfits, place_of

DUMP, FILES, MANIFEST = "database.dump", "files", "manifest.json"
WITHOUT_KEYS = "--without-keys"
HINT = (
    "请从保管密钥的地方取回，再恢复。确实找不回的，可加 --without-keys 恢复，其中的身份证号将不能再打开、查找"
)


class NotPossible(Exception):
    """Says what stands in the way."""


def write(folder: Path) -> str:
    """Write a backup to a folder that is empty or not there yet."""
    if folder.exists() and any(folder.iterdir()):
        raise NotPossible(f"{folder} 不是空文件夹")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # The database first: its rows name files that were on disk before, and files are never changed.
    # Without rights: their roles belong to the cluster, and the next one may call them otherwise.
    plain = ["--format=custom", "--no-owner", "--no-privileges"]
    run("pg_dump", *plain, f"--file={folder / DUMP}", f"--dbname={dsn()}")
    kept = [copied(path, folder / FILES) for path in stored_files(settings.FILES_DIR)]
    keys = key_checks()
    manifest = {"database": digest(folder / DUMP), "files": len(kept), "bytes": sum(kept), "keys": keys}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2))
    said = f"已备份：数据库 {(folder / DUMP).stat().st_size} 字节，文件 {len(kept)} 个"
    places = "、".join(map(place_of, keys))
    wrong = "".join(f"\n注意：{fault}" for fault in misfits(keys).values())
    return f"{said}\n备份中没有密钥，恢复时要用；请另行妥善保管：{places}{wrong}"


def restore(folder: Path, *, without_keys: bool = False) -> str:
    """Fill an empty database and the files' folder from a whole backup.

    Raises: NotPossible, before anything is written, without the keys that the backup was made with, unless
    told to go on without them.
    """
    check(folder)
    if not is_empty(dsn()):
        raise NotPossible("数据库不是空的；请先建一个空的数据库，再恢复")
    if not without_keys:
        require_keys(folder)
    kept = [copied(path, settings.FILES_DIR) for path in stored_files(folder / FILES)]
    whole = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    run("pg_restore", *whole, f"--dbname={dsn()}", str(folder / DUMP))
    grant()
    return (
        f"已恢复：文件 {len(kept)} 个。"
        "请运行 manage.py migrate --check、check_keys、check_register 与 check_audit 核对"
    )


def check(folder: Path) -> None:
    """Refuse a backup that is cut short or was changed.

    Raises: NotPossible.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text())
    except FileNotFoundError:
        raise NotPossible(f"{folder} 不是完整的备份：缺少 {MANIFEST}") from None
    if digest(folder / DUMP) != manifest["database"]:
        raise NotPossible(f"{folder / DUMP} 与备份时不一致")
    paths = list(stored_files(folder / FILES))
    changed = [path.name for path in paths if digest(path) != path.name]
    if changed:
        raise NotPossible(f"备份中的文件与备份时不一致：{'、'.join(changed[:5])}")
    if len(paths) != manifest["files"]:
        raise NotPossible(f"备份应有 {manifest['files']} 个文件，现有 {len(paths)} 个")


def require_keys(folder: Path) -> None:
    """Refuse to bring back what the keys in the settings do not open.

    Raises: NotPossible naming each key, and where it is looked for.
    """
    # One of a version that kept no check values has none; there `migrate` asks the sealed values themselves.
    wanted = json.loads((folder / MANIFEST).read_text()).get("keys", {})
    faults = misfits(wanted)
    for name in faults:
        file = file_of(name)
        if file in made_now:
            # Made at random a moment ago, it opens nothing, and must not stand where the right one belongs.
            faults[name] = MISSING.format(place=place_of(name))
            file.unlink()
    if faults:
        raise NotPossible("\n".join(["没有恢复任何内容：", *faults.values(), HINT]))


def key_checks() -> dict[str, str]:
    """Return the values by which the keys of the database prove to be the right ones."""
    if not answer("SELECT to_regclass('public.lib_keycheck')", dsn()):
        return {}
    return dict(answer("SELECT coalesce(jsonb_object_agg(name, value), '{}') FROM lib_keycheck", dsn()))


def stored_files(folder: Path) -> Iterator[Path]:
    """Walk the files that the portal keeps; drafts of uploads under way are not among them."""
    return (path for path in sorted(folder.glob("??/*")) if not path.name.startswith("."))


def copied(path: Path, folder: Path) -> int:
    """Copy a kept file into the same kind of folder and return its size."""
    target = folder / path.name[:2] / path.name
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        draft = target.with_name(f".draft-{path.name}")
        shutil.copyfile(path, draft)
        draft.chmod(0o600)
        draft.replace(target)
    return target.stat().st_size


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def grant() -> None:
    """Make the application's role and its rights, which are no part of a backup."""
    if not has_two_roles():
        return
    command = [sys.executable, "-m", "django", "grant_application_role"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotPossible(f"数据已恢复，但未能授权给应用账号：{done.stderr.strip()}")


def asked(words: list[str]) -> Callable[[], str]:
    """Return what the words of the command line ask for.

    Raises: NotPossible.
    """
    match words:
        case ["write", folder]:
            return partial(write, Path(folder))
        case ["restore", folder]:
            return partial(restore, Path(folder))
        case ["restore", folder, flag] if flag == WITHOUT_KEYS:
            return partial(restore, Path(folder), without_keys=True)
    raise NotPossible(f"用法：write 文件夹，或 restore 文件夹 [{WITHOUT_KEYS}]")


def main() -> int:
    try:
        work = asked(sys.argv[1:])
        with borrowed(settings.DATA_DIR, needed=settings.NEEDED_SERVICES):
            said = work()
    except (NotPossible, ProgramFailed) as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    sys.stdout.write(f"{said}\n")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    sys.exit(main())
