"""Where somebody's texts are still found: in every row of every table, in every file."""

import io
import zipfile

from django.db import connection

from members.models import (
    ContactHousehold,
    Family,
    Person,
)
from portal.lib.sealed import search_hash

from .conftest import ASKED, CANARIES, NUMBER


def post(clerk, subject, kind="erasure", **changed):
    slug = {Person: "people", Family: "families", ContactHousehold: "households"}[type(subject)]
    sent = ASKED | {"seen": f"{subject.version}"} | changed
    return clerk.post(f"/personal-data/{slug}/{subject.pk}/{kind}/", sent)


def dump():
    """Every row of every table as text, binary columns in hexadecimal."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables"
            " WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
        tables = [name for (name,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f"SELECT string_agg(each::text, chr(10)) FROM {table} AS each")  # noqa: S608
            found.append(cursor.fetchone()[0] or "")
    assert len(tables) > 50
    return "\n".join(found)


def contents(folder):
    """Every byte under the folder, packages unpacked."""
    found = b""
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            found += data
            if zipfile.is_zipfile(io.BytesIO(data)):
                package = zipfile.ZipFile(io.BytesIO(data))
                found += b"".join(package.read(name) for name in package.namelist())
    return found


def traces(texts, files):
    """Tell which texts are still somewhere: as they are, escaped in JSON, in hexadecimal."""
    tables, kept = dump(), contents(files)
    return {
        text
        for text in texts
        for form in (text, text.encode("unicode_escape").decode(), text.encode().hex())
        if form in tables or form.encode() in kept
    }


PERSON_TEXTS = {*CANARIES.values(), NUMBER, search_hash(NUMBER), "1990-03-07"}
