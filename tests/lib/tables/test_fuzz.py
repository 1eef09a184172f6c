"""Spoilt files: each is read or refused with findings, never anything else, and never slowly."""

import random
import time
import zipfile
from io import BytesIO

import pytest

from portal.lib.tables.places import TableRefused
from tests.lib.tables.files import HEADERS, changed, csv_of, filled, read, workbook

ROWS = [(f"会员{number}", f"19{number % 100:02}-03-07", number) for number in range(40)]
# Of the processor, so that other work on the machine does not count; a file takes some milliseconds.
SLOW_SECONDS = 5
PIECES = (
    b"<",
    b">",
    b"&",
    b'"',
    b"\0",
    b"\xff",
    b"</c>",
    b"</row>",
    b'<c r="XFD1048576"><v>1</v></c>',
    b"<v>1e999</v>",
    b' t="s"',
    b' t="d"',
    b' t="e"',
    b' t="b"',
    b' t="inlineStr"',
    b"99999999999999999999",
    b"-1",
    b"&#0;",
    b"&#xD800;",
    b"_x0000_",
    b"<f>1+1</f>",
    b"<!DOCTYPE a>",
    b"<!--",
    b"<![CDATA[",
    b'hidden="1"',
    b"\xe4\xbc",
    b"',",
    b"\n",
    b"\t",
)


def spoilt(body, chance):
    """Change, cut, double or swap some bytes."""
    body = bytearray(body)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = chance.randrange(len(body) + 1)
        match chance.randrange(6):
            case 0:
                body[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                body[at:at] = chance.choice(PIECES)
            case 2:
                body[at : at + chance.randrange(1, 60)] = b""
            case 3:
                body[at:at] = body[at : at + chance.randrange(1, 200)] * chance.randrange(1, 4)
            case 4:
                other = chance.randrange(len(body) + 1)
                body[at : at + 8], body[other : other + 8] = body[other : other + 8], body[at : at + 8]
            case 5:
                digits = [place for place, byte in enumerate(body) if 48 <= byte <= 57]
                if digits:
                    body[chance.choice(digits)] = 48 + chance.randrange(10)
    return bytes(body)


def verdicts(files):
    """Return how many files were read and how many refused; whatever else is raised ends the test."""
    counts = {"read": 0, "refused": 0}
    for content in files:
        started = time.thread_time()
        try:
            read(content, sheet="会员")
        except TableRefused:
            counts["refused"] += 1
        else:
            counts["read"] += 1
        assert time.thread_time() - started < SLOW_SECONDS
    return counts


@pytest.mark.parametrize("options", [{}, {"constant_memory": True}])
def test_workbooks_with_spoilt_bytes_are_read_or_refused(options):
    chance = random.Random(1)
    content = workbook(lambda book: filled(book, rows=ROWS), **options)

    counts = verdicts(spoilt(content, chance) for _ in range(500))

    assert counts["refused"] > 400
    assert sum(counts.values()) == 500


@pytest.mark.parametrize(
    "part",
    [
        "xl/worksheets/sheet1.xml",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "[Content_Types].xml",
    ],
)
def test_workbooks_with_a_spoilt_part_are_read_or_refused(part):
    chance = random.Random(2)
    content = workbook(lambda book: filled(book, rows=ROWS))

    def edit(name, body):
        return spoilt(body, chance) if name == part else body

    counts = verdicts(changed(content, edit) for _ in range(250))

    assert min(counts.values()) > 0
    assert sum(counts.values()) == 250


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_csv_with_spoilt_bytes_is_read_or_refused(encoding):
    chance = random.Random(3)
    lines = [",".join(HEADERS), *(",".join(map(str, row)) for row in ROWS)]
    content = csv_of("\r\n".join(lines), encoding)

    counts = verdicts(spoilt(content, chance) for _ in range(1_000))

    assert min(counts.values()) > 0
    assert sum(counts.values()) == 1_000


def test_workbooks_cut_at_any_place_are_refused():
    content = workbook(lambda book: filled(book, rows=ROWS))

    counts = verdicts(content[:length] for length in range(0, len(content) - 1, 37))

    assert counts["read"] == 0


def test_workbooks_without_one_of_their_parts_are_read_or_refused():
    content = workbook(lambda book: filled(book, rows=ROWS))
    names = zipfile.ZipFile(BytesIO(content)).namelist()

    counts = verdicts(without(content, name) for name in names)

    assert counts == {"read": 5, "refused": 5}


def without(content, dropped):
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            if name != dropped:
                copy.writestr(name, source.read(name))
    return target.getvalue()
