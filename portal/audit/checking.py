"""Prove that the sealed trail is what it was when it was sealed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from portal.lib.dates import BEIJING

from .digests import TableDigest, Trail, chain_digest, columns_of, row_digests, table_digest, trails
from .models import ErasedRow, Seal
from .sealing import first_day

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is not as it was sealed; without a table it is the seal itself."""

    day: date
    what: str
    table: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.day.isoformat(), self.table, self.what)))


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The outcome of a check; `head` is the digest of the newest seal, which stands for the whole trail."""

    faults: tuple[Fault, ...]
    days: int
    rows: int
    erased: int
    head: str

    @property
    def is_sound(self) -> bool:
        return not self.faults


def check_trail(*, since: date | None = None, expected: str = "") -> Verdict:
    """Compare the trail with its seals: the chain from its first day, the rows of the days from `since` on.

    `expected` is a head that was kept elsewhere: a chain that no longer contains it was made anew.
    """
    seals = list(Seal.objects.order_by("day"))
    faults = [*_chain_faults(seals), *_missing_head(seals, expected)]
    checked = [seal for seal in seals if since is None or seal.day >= since]
    for seal in checked:
        faults += _day_faults(seal)
    faults += [*_early_rows(seals), *_erasure_faults()]
    return Verdict(
        faults=tuple(sorted(faults, key=lambda fault: (fault.day, fault.table, fault.what))),
        days=len(checked),
        rows=sum(each["rows"] for seal in checked for each in seal.tables.values()),
        erased=ErasedRow.objects.values("table", "key").distinct().count(),
        head=seals[-1].digest if seals else "",
    )


def _chain_faults(seals: list[Seal]) -> Iterator[Fault]:
    before = None
    for seal in seals:
        if seal.previous != (before.digest if before else ""):
            yield Fault(day=seal.day, what="封存未接上前一日：前面的封存被删除或替换")
        if before and seal.day != before.day + ONE_DAY:
            yield Fault(day=before.day + ONE_DAY, what="这一日的封存不见了")
        if seal.digest != chain_digest(day=seal.day, tables=seal.tables, previous=seal.previous):
            yield Fault(day=seal.day, what="封存本身被改动")
        before = seal


def _missing_head(seals: list[Seal], expected: str) -> Iterator[Fault]:
    if expected and expected not in {seal.digest for seal in seals}:
        last = seals[-1].day if seals else date.min
        yield Fault(day=last, what="另存的摘要不在链中：封存被截短或重新做过")


def _day_faults(seal: Seal) -> Iterator[Fault]:
    here = {trail.table: trail for trail in trails()}
    for table in sorted(seal.tables.keys() - here.keys()):
        yield Fault(day=seal.day, table=table, what=_missing(None, ()))
    for table, trail in here.items():
        if what := _table_fault(trail, seal):
            yield Fault(day=seal.day, table=table, what=what)


def _table_fault(trail: Trail, seal: Seal) -> str:
    kept = seal.tables.get(trail.table)
    sealed = (
        TableDigest.of_seal(kept) if kept else TableDigest(rows=0, columns=columns_of(trail.table), digest="")
    )
    if gone := _missing(trail, sealed.columns):
        return gone
    found = table_digest(trail, day=seal.day, columns=sealed.columns)
    if found.rows != sealed.rows:
        return f"封存时 {sealed.rows} 行，现有 {found.rows} 行"
    if found.rows and found.digest != sealed.digest:
        return "内容被改动"
    return ""


def _missing(trail: Trail | None, columns: Sequence[str]) -> str:
    """Say what a later migration has dropped of what is to be compared, or ""."""
    if trail is None:
        return "这张表已不存在，无法核对"
    return "" if set(columns) <= set(columns_of(trail.table)) else "有的列已不存在，无法核对"


def _early_rows(seals: list[Seal]) -> Iterator[Fault]:
    first = first_day()
    if seals and first and first < seals[0].day:
        yield Fault(day=first, what="有早于第一次封存的记录：封存被删除，或记录是后来添加的")


def _erasure_faults() -> Iterator[Fault]:
    """Compare erased rows with what the last erasure left of them."""
    here = {trail.table: trail for trail in trails()}
    last_of = {(row.table, row.key): row for row in ErasedRow.objects.order_by("pk")}
    rows = sorted(last_of.values(), key=lambda row: (row.table, row.columns))
    for (table, columns), group in groupby(rows, key=lambda row: (row.table, row.columns)):
        erased = list(group)
        if gone := _missing(here.get(table), columns):
            first = min(row.happened_at for row in erased).astimezone(BEIJING).date()
            yield Fault(day=first, table=table, what=f"清除过个人信息的 {len(erased)} 行：{gone}")
            continue
        found = row_digests(here[table], keys=[row.key for row in erased], columns=columns)
        for row in erased:
            if found.get(row.key) != bytes(row.after):
                day = row.happened_at.astimezone(BEIJING).date()
                yield Fault(day=day, table=table, what=f"第 {row.key} 行在清除个人信息以后又被改动")
