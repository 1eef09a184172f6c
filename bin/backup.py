"""Back up the portal's database and files, and bring them back.

A backup is a folder: `database.dump` (pg_dump's own format), `files/` (each under its SHA-256, as the portal
keeps them) and `manifest.json`, written last: without it a backup is not whole. Keys are not part of it.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg2
from django.conf import settings

from portal.lib.database_roles import has_two_roles
from portal.lib.embedded import owner as owners
from portal.lib.embedded.services import borrowed

DUMP, FILES, MANIFEST = "database.dump", "files", "manifest.json"
CHUNK = 1024 * 1024


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
    manifest = {"database": digest(folder / DUMP), "files": len(kept), "bytes": sum(kept)}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2))
    return f"已备份：数据库 {(folder / DUMP).stat().st_size} 字节，文件 {len(kept)} 个"


def restore(folder: Path) -> str:
    """Fill an empty database and the files' folder from a whole backup."""
    check(folder)
    if not is_empty():
        raise NotPossible("数据库不是空的；请先建一个空的数据库，再恢复")
    kept = [copied(path, settings.FILES_DIR) for path in stored_files(folder / FILES)]
    whole = ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]
    run("pg_restore", *whole, f"--dbname={dsn()}", str(folder / DUMP))
    grant()
    return (
        f"已恢复：文件 {len(kept)} 个。请运行 manage.py migrate --check、check_register 与 check_audit 核对"
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


def dsn() -> str:
    """Return where the database is, as its owner, without the password."""
    place = settings.DATABASES["default"] | settings.OWNER_SIGN_IN
    named = {"host": place["HOST"], "port": place["PORT"], "user": place["USER"], "dbname": place["NAME"]}
    return psycopg2.extensions.make_dsn(**{name: value for name, value in named.items() if value})


def is_empty() -> bool:
    connection = psycopg2.connect(dsn(), password=settings.OWNER_SIGN_IN["PASSWORD"] or None)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT NOT EXISTS (SELECT FROM pg_tables WHERE schemaname = 'public')")
        row = cursor.fetchone()
    connection.close()
    return row == (True,)


def grant() -> None:
    """Make the application's role and its rights, which are no part of a backup."""
    if not has_two_roles():
        return
    command = [sys.executable, "-m", "django", "grant_application_role"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotPossible(f"数据已恢复，但未能授权给应用账号：{done.stderr.strip()}")


def run(program: str, *arguments: str) -> None:
    # Those that come along: the machine's own may be older than the server, which they then refuse to read.
    path = owners.programs(None) / program
    password = settings.OWNER_SIGN_IN["PASSWORD"]
    env = os.environ | ({"PGPASSWORD": password} if password else {})
    done = subprocess.run([path, *arguments], env=env, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NotPossible(f"{program} 失败：{done.stderr.strip()}")


def main() -> int:
    work = {"write": write, "restore": restore}[sys.argv[1]]
    try:
        with borrowed(settings.DATA_DIR, needed=settings.NEEDED_SERVICES):
            said = work(Path(sys.argv[2]))
    except NotPossible as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    sys.stdout.write(f"{said}\n")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    sys.exit(main())
