"""Spoilt files, judged and written: each is written whole or leaves nothing, and nothing else is ever raised.

What the check refuses is pushed on to the write all the same: it must refuse by itself.
"""

import random
from collections import Counter
from io import BytesIO

import pytest
from django.db import transaction

from members.models import MemberGroup, Membership, Person
from portal.lib.dates import today
from portal.lib.findings import RuleViolation
from portal.records.importing import checking, writing
from portal.records.importing.models import ImportBatch, ImportedRow
from portal.records.importing.plans import Context
from portal.records.importing.registry import type_of
from tests.lib.tables.files import changed
from tests.lib.tables.test_fuzz import spoilt

from .steps import book, id_number

MEMBERS = type_of("memberships")
CELLS = (
    None,
    "",
    "'",
    "=1+1",
    "\x00",
    "\u202e甲",
    "甲" * 60,
    "甲" * 3_000,
    "360102",
    "310107",
    "99999999999999999999",
    0,
    -1,
    360102198503070171,
    1e300,
    0.1,
    True,
    "2021-05-29",
    "2021-02-30",
    "0001-01-01",
    "9999-12-31",
    "29.5.2021",
    "女",
    "男",
    "是",
    "大专",
    "五老",
    "第一小组",
    "没有的小组",
    id_number(1),
    id_number(2),
    id_number(3, "20150307"),
    "360102850307001",
    "１１０１０５１９４９１２３１００２ｘ",
)


def rows(count=8):
    return [
        [
            "360102",
            f"会员{number}",
            id_number(number) if number % 2 else None,
            None if number % 2 else "女",
            None if number % 2 else "1985-03-07",
            "汉族",
            "群众",
            "初中",
            "某村卫生室",
            "乡村医生",
            f"1381234567{number}",
            "村民代表",
            "否",
            "第一小组",
            "2021-05-29",
        ]
        for number in range(count)
    ]


def with_other_cells(table, chance):
    """Replace some cells by what nobody expects there."""
    for _ in range(chance.choice((1, 1, 2, 5))):
        chance.choice(table)[chance.randrange(len(table[0]))] = chance.choice(CELLS)
    return table


def csv_bytes(encoding):
    lines = [",".join(MEMBERS.headers), *(",".join(cell or "" for cell in row) for row in rows())]
    return "\r\n".join(lines).encode(encoding)


def totals():
    return Person.objects.count(), Membership.objects.count(), ImportedRow.objects.count()


class Trial:
    """Judges and writes files as the jobs do, each in a transaction that is taken back."""

    def __init__(self, by):
        self.context = Context(by=by, permission=MEMBERS.edit_permission, on=today(), locks=True)
        self.batch = ImportBatch.objects.create(
            type=MEMBERS.slug,
            permission=MEMBERS.edit_permission,
            association=by.association,
            created_by=by,
            name="会员.xlsx",
            size=1,
        )
        self.before = totals()

    def outcome(self, content):
        with transaction.atomic():
            verdict = checking.judged(
                BytesIO(content), MEMBERS, self.context, at=self.batch.created_at, progress=lambda done: None
            )
            assert totals() == self.before
            tally = verdict.tally
            self.batch.created_count, self.batch.changed_count = tally.created, tally.changed
            self.batch.same_count = tally.same
            is_written = self.is_written(content)
            # As many people as rows: each row of these files is somebody new, or somebody of before.
            people, members, kept = totals()
            assert is_written == verdict.is_sound or not sum(vars(tally).values())
            assert (people, members) == ((tally.created,) * 2 if is_written else self.before[:2])
            assert kept == people + members
            transaction.set_rollback(True)
        return "written" if is_written else "refused"

    def is_written(self, content):
        try:
            with transaction.atomic(), checking.opened_table(BytesIO(content), MEMBERS) as table:
                writing.write_table(table, MEMBERS, self.context, batch=self.batch)
        except RuleViolation:
            return False
        return True


@pytest.fixture
def trial(office, county):
    MemberGroup.objects.create(association=county, name="第一小组", starts_on="2020-01-10")
    return Trial(office)


def verdicts(trial, files):
    return Counter(trial.outcome(content) for content in files)


def test_workbooks_with_spoilt_bytes_are_written_whole_or_not_at_all(trial):
    chance = random.Random(1)
    content = book(MEMBERS.headers, rows())

    counts = verdicts(trial, (spoilt(content, chance) for _ in range(500)))

    assert counts["refused"] > 400
    assert counts.total() == 500


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
def test_workbooks_with_a_spoilt_part_are_written_whole_or_not_at_all(trial, part):
    chance = random.Random(2)
    content = book(MEMBERS.headers, rows())

    def edit(name, body):
        return spoilt(body, chance) if name == part else body

    counts = verdicts(trial, (changed(content, edit) for _ in range(300)))

    assert min(counts["refused"], counts["written"]) > 10
    assert counts.total() == 300


def test_workbooks_with_other_cells_are_written_whole_or_not_at_all(trial):
    chance = random.Random(3)

    files = (book(MEMBERS.headers, with_other_cells(rows(), chance)) for _ in range(400))
    counts = verdicts(trial, files)

    assert min(counts["refused"], counts["written"]) > 10
    assert counts.total() == 400


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_csv_with_spoilt_bytes_is_written_whole_or_not_at_all(trial, encoding):
    chance = random.Random(4)
    content = csv_bytes(encoding)

    counts = verdicts(trial, (spoilt(content, chance) for _ in range(300)))

    assert min(counts["refused"], counts["written"]) > 10
    assert counts.total() == 300
