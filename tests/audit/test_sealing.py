"""The seals of the trail, and what a check finds of somebody who can do anything to the database."""

from datetime import datetime, timedelta
from io import StringIO

import pghistory
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from associations.enums import Milestone, MilestoneStep
from portal.audit.checking import check_trail
from portal.audit.digests import chain_digest
from portal.audit.enums import Channel
from portal.audit.looks import record_looks
from portal.audit.models import Look, Seal
from portal.audit.sealing import last_day_to_seal, seal_ended_days
from portal.lib.dates import BEIJING, today
from tests import factories

ONE_DAY = timedelta(days=1)
NOON = datetime(2026, 3, 2, 12, tzinfo=BEIJING)


def seal_up_to(day) -> list[Seal]:
    """Seal as on the noon of the day after `day`."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=BEIJING) + ONE_DAY
    return list(seal_ended_days(at=noon))


@pytest.fixture
def day(tamper, county, office):
    """A day with versions, a look and a step; two days that hold only versions stand before it."""
    people = [factories.person(county, name=f"人员{number}") for number in range(3)]
    record_looks(
        user=office, records=people, code_of=lambda _: "360102", channel=Channel.PAGE, purpose="核对"
    )
    factories.milestone_step(county, Milestone.PLAN_ISSUED, MilestoneStep.STARTED, today())
    for number in (1, 2):
        moved = "UPDATE members_personevent SET pgh_created_at = pgh_created_at - %s WHERE name = %s"
        tamper(moved, number * ONE_DAY, f"人员{number}")
    seal_up_to(today())
    return today()


def faults(**options) -> list[str]:
    return [str(fault) for fault in check_trail(**options).faults]


@pytest.mark.parametrize(
    ("at", "last"),
    [
        (NOON.replace(hour=0, minute=59), "2026-02-28"),
        (NOON.replace(hour=1, minute=0), "2026-03-01"),
        (NOON.replace(hour=23), "2026-03-01"),
    ],
)
def test_day_is_sealed_an_hour_after_it_ended(at, last):
    assert last_day_to_seal(at).isoformat() == last


def test_days_are_sealed_once_and_chained(day):
    first, second, third = seals = list(Seal.objects.all())

    assert [seal.day for seal in seals] == [day - 2 * ONE_DAY, day - ONE_DAY, day]
    assert [seal.previous for seal in seals] == ["", first.digest, second.digest]
    assert first.tables["members_personevent"]["rows"] == second.tables["members_personevent"]["rows"] == 1
    assert third.tables["members_personevent"]["rows"] == 1
    assert third.tables["audit_look"]["rows"] == 3
    assert third.tables["associations_milestoneevent"]["rows"] == 1
    assert seal_up_to(day) == []


def test_downtime_is_made_up_for(day):
    made = seal_up_to(day + 3 * ONE_DAY)

    assert [(seal.day, seal.tables) for seal in made] == [
        (day + number * ONE_DAY, {}) for number in (1, 2, 3)
    ]
    assert faults() == []


def test_nothing_is_sealed_before_anything_happened(db):
    assert seal_up_to(today()) == []
    assert check_trail().head == ""


def test_untouched_trail_is_sound(day):
    verdict = check_trail()

    assert (verdict.faults, verdict.days, verdict.erased) == ((), 3, 0)
    assert verdict.head == Seal.objects.get(day=day).digest


def test_changed_byte_is_found(day, tamper):
    tamper("UPDATE members_personevent SET name = '人员l' WHERE name = '人员1'")

    assert faults() == [f"{day - ONE_DAY} members_personevent 内容被改动"]


def test_empty_text_in_place_of_none_is_found(day, tamper):
    tamper("UPDATE members_personevent SET id_number_hash = '' WHERE name = '人员1'")

    assert faults() == [f"{day - ONE_DAY} members_personevent 内容被改动"]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_deleted_row_is_found(day, tamper, number):
    tamper("DELETE FROM members_personevent WHERE name = %s", f"人员{number}")

    assert faults() == [f"{day - number * ONE_DAY} members_personevent 封存时 1 行，现有 0 行"]


def test_deleted_last_row_is_found(day, tamper):
    tamper("DELETE FROM audit_look WHERE id = (SELECT max(id) FROM audit_look)")

    assert faults() == [f"{day} audit_look 封存时 3 行，现有 2 行"]


def test_row_added_later_to_a_sealed_day_is_found(day, county, tamper):
    factories.person(county, name="后来")
    tamper(
        "UPDATE members_personevent SET pgh_created_at = pgh_created_at - %s WHERE name = '后来'", 2 * ONE_DAY
    )

    assert faults() == [f"{day - 2 * ONE_DAY} members_personevent 封存时 1 行，现有 2 行"]


def test_row_added_to_a_table_that_had_none_is_found(day, county, tamper):
    factories.term(county)
    tamper("UPDATE members_termevent SET pgh_created_at = pgh_created_at - %s", ONE_DAY)

    assert faults() == [f"{day - ONE_DAY} members_termevent 封存时 0 行，现有 1 行"]


def test_row_added_before_the_first_seal_is_found(day, tamper):
    tamper(
        "UPDATE members_personevent SET pgh_created_at = pgh_created_at - %s WHERE name = '人员0'",
        9 * ONE_DAY,
    )

    assert faults() == [
        f"{day - 9 * ONE_DAY} 有早于第一次封存的记录：封存被删除，或记录是后来添加的",
        f"{day} members_personevent 封存时 1 行，现有 0 行",
    ]


def test_change_of_who_did_it_is_found(day, county, office, tamper):
    with pghistory.context(user=office.pk):
        factories.person(county, name="后来")
    tamper("UPDATE members_personevent SET pgh_created_at = pgh_created_at + %s WHERE name = '后来'", ONE_DAY)
    tamper("UPDATE pghistory_context SET created_at = created_at + %s", ONE_DAY)
    seal_up_to(day + ONE_DAY)

    tamper("UPDATE pghistory_context SET metadata = '{\"user\": 0}'")

    assert faults() == [f"{day + ONE_DAY} pghistory_context 内容被改动"]


def test_altered_seal_is_found(day, tamper):
    tamper("UPDATE audit_seal SET tables = '{}' WHERE day = %s", day - ONE_DAY)

    assert faults() == [
        f"{day - ONE_DAY} 封存本身被改动",
        f"{day - ONE_DAY} members_personevent 封存时 0 行，现有 1 行",
    ]


def test_seal_made_anew_breaks_the_chain(day, tamper):
    seal = Seal.objects.get(day=day - ONE_DAY)
    digest = chain_digest(day=seal.day, tables={}, previous=seal.previous)
    tamper("UPDATE audit_seal SET tables = '{}', digest = %s WHERE day = %s", digest, seal.day)
    tamper("DELETE FROM members_personevent WHERE name = '人员1'")

    assert faults() == [f"{day} 封存未接上前一日：前面的封存被删除或替换"]


def test_removed_day_is_found(day, tamper):
    tamper("DELETE FROM audit_seal WHERE day = %s", day - ONE_DAY)

    assert faults() == [
        f"{day - ONE_DAY} 这一日的封存不见了",
        f"{day} 封存未接上前一日：前面的封存被删除或替换",
    ]


def test_removed_first_day_is_found(day, tamper):
    tamper("DELETE FROM audit_seal WHERE day = %s", day - 2 * ONE_DAY)

    assert faults() == [
        f"{day - 2 * ONE_DAY} 有早于第一次封存的记录：封存被删除，或记录是后来添加的",
        f"{day - ONE_DAY} 封存未接上前一日：前面的封存被删除或替换",
    ]


def test_swapped_seals_are_found(day, tamper):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE audit_seal AS a SET tables = b.tables, previous = b.previous, digest = b.digest"
            " FROM audit_seal AS b WHERE (a.day, b.day) IN ((%s, %s), (%s, %s))",
            [day, day - ONE_DAY, day - ONE_DAY, day],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")

    assert f"{day} 封存本身被改动" in faults()


def test_cut_chain_is_found_by_the_kept_digest(day, tamper):
    head = check_trail().head
    tamper("DELETE FROM audit_seal WHERE day = %s", day)

    assert faults() == []
    assert faults(expected=head) == [f"{day - ONE_DAY} 另存的摘要不在链中：封存被截短或重新做过"]


def test_kept_digest_of_an_earlier_day_is_still_in_the_chain(day):
    head = check_trail().head
    seal_up_to(day + ONE_DAY)

    assert faults(expected=head) == []


def test_column_added_by_a_migration_changes_nothing(day):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE members_personevent ADD COLUMN nickname text NOT NULL DEFAULT 'x'")

    assert faults() == []


def test_lost_column_is_told_from_a_change(day):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE audit_look DROP COLUMN purpose")

    assert faults() == [f"{day} audit_look 有的列已不存在，无法核对"]


@pytest.mark.parametrize(("since", "found"), [(0, 0), (1, 1)])
def test_check_reads_rows_from_a_day_on(day, tamper, since, found):
    tamper("UPDATE members_personevent SET name = 'x' WHERE name = '人员1'")

    assert len(faults(since=day - since * ONE_DAY)) == found


def test_digest_does_not_depend_on_who_asks(day):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL timezone = 'Asia/Tokyo'; SET LOCAL bytea_output = 'escape'")

    assert faults() == []


def test_command_prints_the_head(day):
    out = StringIO()

    call_command("check_audit", stdout=out)

    assert out.getvalue().splitlines()[-1] == f"摘要 {Seal.objects.get(day=day).digest}"


def test_command_names_day_and_table_and_fails(day, tamper):
    tamper("UPDATE audit_look SET purpose = '' WHERE id = %s", Look.objects.earliest("pk").pk)
    out = StringIO()

    with pytest.raises(CommandError) as problem:
        call_command("check_audit", "--from", day.isoformat(), stdout=out)

    assert (problem.value.returncode, str(problem.value)) == (1, "操作记录与封存不符：1 处")
    assert out.getvalue().splitlines()[0] == f"{day} audit_look 内容被改动"


def test_command_refuses_a_day_that_is_none(db):
    with pytest.raises(CommandError, match="不是日期"):
        call_command("check_audit", "--from", "yesterday")
