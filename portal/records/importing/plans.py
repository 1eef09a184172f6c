"""What becomes of the rows of a file: looked up in bulk, judged one by one, the same for check and write."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db.models import Model

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet
from portal.lib.tables.reading import Table
from portal.records.types import rows_of

from .lines import Draft, Line, read_line
from .models import ImportBatch
from .types import CODE, ImportType

AT_ONCE = 2_000
FROZEN = "个人信息已冻结，解除冻结前不能修改"
MISSING = "没有这个协会，或不在您的管理范围内"


@dataclass(frozen=True, kw_only=True)
class Context:
    """For whom, on which day; `locks` where what is looked up is about to be written."""

    by: User
    permission: Permission
    on: date
    locks: bool

    def reach(self, model: type[Model]) -> ScopedQuerySet:
        """Return the rows that the user may edit, to be referred to."""
        return rows_of(model).visible_to(self.by, self.permission)

    def mine(self, model: type[Model]) -> ScopedQuerySet:
        """Return them to be changed: held until the transaction ends, where this is no dry run."""
        rows = self.reach(model)
        return rows.select_for_update(of=("self",), no_key=True).order_by("pk") if self.locks else rows


class Plan:
    """How the rows of one file become records; a subclass looks up and decides.

    A record is changed by one row of a file at most, and one that the file itself made is found by no row.
    `frozen` are the rows about people or families whose data may be kept and not used.
    """

    def __init__(self, context: Context) -> None:
        self.context = context
        self.made: defaultdict[type[Model], set[int]] = defaultdict(set)
        self.frozen: set[int] = set()
        self._seen: dict[Hashable, int] = {}

    def look_up(self, lines: Sequence[Line]) -> None:
        """Read what the rows refer to, in a fixed number of statements."""
        raise NotImplementedError

    def drafts(self, line: Line) -> Iterable[Draft]:
        """Return the records that a row makes or changes, or refuse it."""
        raise NotImplementedError

    def known(self, rows: Iterable[Model]) -> Iterator[Model]:
        """Pass over the records that this file has made."""
        return (row for row in rows if row.pk not in self.made[type(row)])

    def is_first(self, line: Line, *key: Hashable, name: str = "", what: str = "这一行") -> bool:
        """Refuse a row whose key an earlier one had."""
        earlier = self._seen.setdefault(key, line.row.number)
        if earlier != line.row.number:
            line.refuse(name, f"{what}与第{earlier}行重复，请只保留一行")
        return earlier == line.row.number

    def settle(self, line: Line) -> None:
        """Keep what a row comes to, unless an earlier one changes the same record."""
        drafts = tuple(self.drafts(line))
        if drafts and line.row.number in self.frozen:
            line.refuse("", FROZEN)
        for draft in drafts:
            if draft.before is not None:
                key = (type(draft.record), draft.record.pk)
                self.is_first(line, *key, what=f"要修改的{draft.record._meta.verbose_name}")
        line.drafts = () if line.faults else drafts


def planned(table: Table, import_type: ImportType, context: Context) -> Iterator[list[Line]]:
    """Judge the rows of a file, some thousand at a time; what is written in between is seen by the next.

    Raises: TableRefused for a row too many.
    """
    plan = import_type.plan(context)
    places = Places(context)
    headers = import_type.header_by_name
    while rows := list(islice(table.rows, AT_ONCE)):
        lines = [read_line(row, import_type.columns, headers) for row in rows]
        places.find(lines)
        sound = [line for line in lines if not line.faults]
        plan.look_up(sound)
        for line in sound:
            plan.settle(line)
        yield lines
        for line in sound:
            for draft in line.drafts:
                if draft.before is None and draft.record.pk:
                    plan.made[type(draft.record)].add(draft.record.pk)


class Places:
    """The associations that the rows name, each looked up once; a foreign one is like one that is missing."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.model = ImportBatch._meta.get_field("association").related_model
        self.by_code: dict[object, Model | None] = {}

    def find(self, lines: Sequence[Line]) -> None:
        """Give each row its association, or refuse it."""
        codes = {line.values[CODE] for line in lines} - self.by_code.keys() - {None}
        self.by_code |= dict.fromkeys(codes)
        mine = self.context.reach(self.model).filter(code__in=codes) if codes else ()
        self.by_code |= {place.code: place for place in mine}
        for line in lines:
            code = line.values[CODE]
            line.place = self.by_code.get(code)
            if code is not None and line.place is None:
                line.refuse(CODE, MISSING)
