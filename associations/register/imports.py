"""Load the official list of divisions into the register: read, check all, then write all or nothing."""

import csv
import gzip
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from associations.enums import CODE_WIDTH, DIVISION_LEVELS, Level
from associations.register.naming import association_name, name_key, place_name
from associations.register.tree import lock_tree, relink_with
from portal.lib.findings import Finding, RuleViolation, Severity

OFFICIAL_LIST = Path(__file__).resolve().parents[1] / "data" / "divisions.csv.gz"
HEADER = ["code", "name"]
LEVEL_OF_WIDTH = {width: level for level, width in CODE_WIDTH.items()}
GROUPINGS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
MOST_FINDINGS = 20
NAME_LENGTH = 50
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, kw_only=True)
class LevelCount:
    """What an import did at one level; `listed` counts associations and not skipped rows."""

    level: Level
    listed: int
    added: int
    renamed: int
    skipped: int


def import_divisions(
    path: Path, *, prefixes: Sequence[str] = (), due_from: date | None = None
) -> tuple[LevelCount, ...]:
    """Add the listed divisions that the register lacks and take over changed names; leave all else alone.

    `prefixes` keeps those subtrees and the ancestors that they hang under. `due_from` is the day from which
    added ones are due; without it they always were.
    Raises: RuleViolation with one finding a row (the first 20) when the file is not the list; nothing is
    written then.
    """
    listed = read_list(path)
    wanted = {code: name for code, name in listed.items() if _is_wanted(code, prefixes)}
    if prefixes:
        _refuse_unknown_prefixes(path, prefixes, wanted)
    kept = {code: name for code, name in wanted.items() if not is_no_place(code, listed)}
    skipped = Counter(LEVEL_OF_WIDTH[len(code)] for code in wanted.keys() - kept.keys())
    with transaction.atomic(), connection.cursor() as cursor:
        lock_tree()
        _stage(cursor, kept)
        renamed = _rename(cursor)
        added = _add(cursor, due_from)
        cursor.execute("DROP TABLE division_list")
    sizes = Counter(LEVEL_OF_WIDTH[len(code)] for code in kept)
    return tuple(
        LevelCount(
            level=level,
            listed=sizes[level],
            added=added[level],
            renamed=renamed[level],
            skipped=skipped[level],
        )
        for level in DIVISION_LEVELS
    )


def is_no_place(code: str, listed: dict[str, str]) -> bool:
    """Tell rows that group places, or that repeat their city as a county, from places with an association."""
    if len(code) == CODE_WIDTH[Level.CITY]:
        return listed[code] in GROUPINGS
    return (
        len(code) == CODE_WIDTH[Level.COUNTY] and code.endswith("00") and listed[code] == listed.get(code[:4])
    )


def read_list(path: Path) -> dict[str, str]:
    """Read a list as names by code, every row checked.

    Raises: RuleViolation whose messages name file and row.
    """
    try:
        with open(path, "rb") as raw:
            data = raw.read()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    except OSError as error:
        raise _refused(f"{path.name}：{_reason(error)}") from error
    except (EOFError, zlib.error) as error:
        raise _refused(f"{path.name}：gzip 压缩文件不完整") from error
    except UnicodeDecodeError as error:
        raise _refused(f"{path.name}：不是 UTF-8 文本") from error
    return _checked(path.name, csv.reader(io.StringIO(text)))


def _reason(error: OSError) -> str:
    if isinstance(error, gzip.BadGzipFile):
        return "不是 gzip 压缩文件"
    if isinstance(error, FileNotFoundError):
        return "没有这个文件"
    return "文件无法读取"


def _checked(file: str, rows: Iterator[list[str]]) -> dict[str, str]:
    names: dict[str, str] = {}
    findings: list[Finding] = []
    try:
        if next(rows, None) != HEADER:
            raise _refused(f"{file} 第 1 行：表头应为 code,name")
        for number, row in enumerate(rows, start=2):
            problem = _problem(row, names)
            if problem:
                findings.append(_finding(f"{file} 第 {number} 行：{problem}"))
                if len(findings) == MOST_FINDINGS:
                    break
            else:
                names[row[0]] = row[1].strip()
    except csv.Error as error:
        raise _refused(f"{file}：不是 CSV 表格") from error
    if not findings:
        findings = list(_orphans(file, names))
    if findings:
        raise RuleViolation(findings)
    return names


def _problem(row: Sequence[str], names: dict[str, str]) -> str:
    if len(row) != len(HEADER):
        return f"应有 2 列，实有 {len(row)} 列"
    code, name = row
    if not (code.isascii() and code.isdigit()) or len(code) not in LEVEL_OF_WIDTH:
        return f"代码“{code[:20]}”应为 2、4、6、9 或 12 位数字"
    if code in names:
        return f"代码 {code} 重复"
    if not name.strip():
        return "名称为空"
    # The official list spells two villages with private-use characters; only control characters are rubbish.
    if len(name) > NAME_LENGTH or CONTROL.search(name):
        return f"名称超过 {NAME_LENGTH} 字或含有控制字符"
    return ""


def _orphans(file: str, names: dict[str, str]) -> Iterable[Finding]:
    provinces = {code for code in names if len(code) == CODE_WIDTH[Level.PROVINCE]}
    orphans = (code for code in names if code[:2] not in provinces)
    for _, code in zip(range(MOST_FINDINGS), orphans, strict=False):
        yield _finding(f"{file}：代码 {code} 没有对应的省 {code[:2]}")


def _is_wanted(code: str, prefixes: Sequence[str]) -> bool:
    return not prefixes or any(code.startswith(prefix) or prefix.startswith(code) for prefix in prefixes)


def _refuse_unknown_prefixes(path: Path, prefixes: Sequence[str], wanted: dict[str, str]) -> None:
    unknown = [prefix for prefix in prefixes if prefix not in wanted]
    if unknown:
        raise _refused(f"{path.name}：没有代码为 {'、'.join(unknown)} 的行政区划")


def _stage(cursor: CursorWrapper, names: dict[str, str]) -> None:
    # Trigram entries are merged into the index in one go instead of every 4 MB.
    cursor.execute("SET LOCAL gin_pending_list_limit = '256MB'")
    cursor.execute(
        'CREATE TEMPORARY TABLE division_list (code text COLLATE "C" PRIMARY KEY, level smallint, name text,'
        " short_name text, name_key text) ON COMMIT DROP"
    )
    rows = io.StringIO()
    writer = csv.writer(rows)
    for code, listed in names.items():
        level = LEVEL_OF_WIDTH[len(code)]
        place = place_name(listed, level)
        writer.writerow((code, int(level), association_name(place), place, name_key(place, level)))
    rows.seek(0)
    cursor.copy_expert("COPY division_list FROM STDIN WITH (FORMAT csv)", rows)
    cursor.execute("ANALYZE division_list")


def _rename(cursor: CursorWrapper) -> Counter[int]:
    """Take over changed names, but not where the register renamed by a document of its own."""
    cursor.execute(
        """
        UPDATE associations_association AS row
           SET name = list.name, short_name = list.short_name, name_key = list.name_key, version = version + 1
          FROM division_list AS list
         WHERE list.code = row.code AND list.short_name <> row.short_name
           AND NOT EXISTS (SELECT FROM associations_succession AS own
                            WHERE own.association_id = row.id AND own.kind = 'rename')
        RETURNING row.level
        """
    )
    return Counter(level for (level,) in cursor.fetchall())


def _add(cursor: CursorWrapper, due_from: date | None) -> Counter[int]:
    """Insert level by level, so that parents are there when their children look for them."""
    cursor.execute("SELECT EXISTS (SELECT FROM associations_association)")
    (had_rows,) = cursor.fetchone()
    added: Counter[int] = Counter()
    for level in DIVISION_LEVELS:
        cursor.execute(INSERT_LEVEL, {"level": int(level), "due_from": due_from})
        codes = [code for (code,) in cursor.fetchall()]
        added[level] = len(codes)
        # Without figures of the level just added the next one's joins would be nested loops, hours long.
        cursor.execute("ANALYZE associations_association (id, code, level)")
        # A division that appears above existing ones takes them over.
        if had_rows and level != Level.VILLAGE:
            for code in codes:
                relink_with(cursor, under=code)
    return added


# A code that the register has recoded is history there, though an older list still carries it.
INSERT_LEVEL = """
    INSERT INTO associations_association (code, level, kind, name, short_name, name_key, parent_id, due_from,
           address, phone, legal_representative, host_body, party_organisation, home_place, host_place,
           version)
    SELECT list.code, list.level, 'division', list.name, list.short_name, list.name_key,
           coalesce(township.id, county.id, city.id, province.id), %(due_from)s,
           '', '', '', '', 'none', '', '', 1
      FROM division_list AS list
      LEFT JOIN associations_association AS province ON province.code = left(list.code, 2) AND list.level > 1
      LEFT JOIN associations_association AS city ON city.code = left(list.code, 4) AND list.level > 2
      LEFT JOIN associations_association AS county ON county.code = left(list.code, 6) AND list.level > 3
      LEFT JOIN associations_association AS township ON township.code = left(list.code, 9) AND list.level > 4
     WHERE list.level = %(level)s
       AND NOT EXISTS (SELECT FROM associations_succession AS past
                        WHERE past.old_code = list.code AND past.kind = 'recode')
     ORDER BY list.code
        ON CONFLICT (code) DO NOTHING
    RETURNING code
"""


def _finding(message: str) -> Finding:
    return Finding(code="division-list", severity=Severity.ERROR, message=message)


def _refused(message: str) -> RuleViolation:
    return RuleViolation([_finding(message)])
