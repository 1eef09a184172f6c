import json
from datetime import timedelta

import pghistory
import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import InternalError, ProgrammingError, connection

from associations.models import Association
from members.models import Person
from portal.accounts.models import Grant
from portal.audit import checking
from portal.audit.checking import check_trail
from portal.audit.digests import trails
from portal.audit.enums import Channel
from portal.audit.erasing import allow_blanks, blank_versions
from portal.audit.looks import record_looks
from portal.audit.models import ErasedRow, Look
from portal.audit.securing import secure
from portal.lib.dates import today
from portal.records.erasure import blanks_of_history
from tests import factories

from .test_sealing import seal_up_to

GONE = "（已清除）"
YESTERDAY = today() - timedelta(days=1)
# What the history of a person keeps of what the registry has erased.
IN_HISTORY = (
    "name",
    "name_key",
    "born_on",
    "ethnicity",
    "political_status",
    "education",
    "workplace",
    "title",
    "phone",
    "frozen_on",
    "id_number_hash",
)


@pytest.fixture
def person(county, office):
    """Somebody with two versions, made for a purpose that names them, and looked at."""
    with pghistory.context(user=office.pk, purpose="某人员本人申请更正"):
        made = factories.person(county, name="某人员", phone="13812345678", born_on="1990-01-01")
        Person.objects.filter(pk=made.pk).update(workplace="某单位", version=2)
    record_looks(
        user=office, records=[made], code_of=lambda _: county.code, channel=Channel.PAGE, purpose="某人员来访"
    )
    return made


@pytest.fixture
def other(county):
    return factories.person(county, name="别人", phone="13912345678")


@pytest.fixture
def sealed(person):
    """The same, a day ago, and that day is sealed."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for trail in trails():
            earlier = f"UPDATE {trail.table} SET {trail.at} = {trail.at} - interval '1 day'"  # noqa: S608
            cursor.execute(earlier)
        cursor.execute("SET LOCAL session_replication_role = origin")
    return seal_up_to(YESTERDAY)


def blank(person, by, **options):
    return blank_versions(
        **({"model": Person, "keys": [person.pk], "by": by, "reason": "本人申请删除"} | options)
    )


def test_versions_are_blanked_and_stay(person, other, office):
    assert blank(person, office) == 2

    versions = person.events.order_by("pgh_id")
    assert list(versions.values_list("name", "phone", "born_on", "workplace", "sex", "version")) == [
        ("已删除人员", "", None, "", person.sex, 1),
        ("已删除人员", "", None, "", person.sex, 2),
    ]
    assert list(other.events.values_list("name", "phone")) == [("别人", "13912345678")]


def test_free_text_about_the_person_goes_too(person, office):
    blank(person, office)

    context = person.events.earliest("pgh_id").pgh_context
    assert context.metadata == {"user": office.pk, "purpose": GONE}
    assert list(Look.objects.values_list("user", "key", "purpose")) == [(office.pk, person.pk, GONE)]


def test_erasure_is_on_record(person, office):
    blank(person, office)

    rows = list(ErasedRow.objects.order_by("pk").values_list("table", "fields", "by", "reason"))
    assert [(table, sorted(each), by, why) for table, each, by, why in rows] == [
        ("members_personevent", sorted(IN_HISTORY), office.pk, "本人申请删除"),
        ("members_personevent", sorted(IN_HISTORY), office.pk, "本人申请删除"),
        ("pghistory_context", ["metadata"], office.pk, "本人申请删除"),
        ("audit_look", ["purpose"], office.pk, "本人申请删除"),
    ]


def test_erased_text_is_nowhere_in_the_trail(person, office):
    blank(person, office)

    with connection.cursor() as cursor:
        for trail in trails():
            named = f"SELECT count(*) FROM {trail.table} AS t WHERE t::text ~ %s"  # noqa: S608
            cursor.execute(named, ["某人员|13812345678|1990-01-01"])
            assert cursor.fetchone() == (0,), trail.table


def test_blanking_again_changes_nothing(person, office):
    blank(person, office)

    assert blank(person, office) == 0
    assert ErasedRow.objects.count() == 4


def test_sealed_days_stay_sound_and_are_counted(person, sealed, office):
    blank(person, office)

    verdict = check_trail()
    assert (verdict.faults, verdict.erased) == ((), 4)


def test_erasure_before_the_seal_is_sound(person, office):
    blank(person, office)
    seal_up_to(today())

    assert check_trail().faults == ()


def test_two_erasures_of_one_row_are_sound(person, sealed, office):
    allow_blanks(connection, {Person: {"phone": ""}})
    blank(person, office)
    allow_blanks(connection, blanks_of_history())
    blank(person, office)

    verdict = check_trail()
    assert (verdict.faults, verdict.erased) == ((), 4)


def test_change_of_an_erased_row_is_found(person, sealed, office, tamper):
    blank(person, office)
    first = person.events.earliest("pgh_id").pk

    tamper("UPDATE members_personevent SET sex = 'x' WHERE pgh_id = %s", first)

    assert [str(fault) for fault in check_trail().faults] == [
        f"{YESTERDAY} members_personevent 第 {first} 行在清除个人信息以后又被改动"
    ]


def test_change_of_another_row_of_that_day_is_found(other, person, sealed, office, tamper):
    blank(person, office)

    tamper("UPDATE members_personevent SET name = 'x' WHERE name = '别人'")

    assert [str(fault) for fault in check_trail().faults] == [f"{YESTERDAY} members_personevent 内容被改动"]


def test_application_blanks_by_the_function_alone(transactional_db, person, office, as_application):
    assert blank(person, office) == 2
    assert check_trail().faults == ()


def test_values_are_nobodys_choice(transactional_db, person, office, as_application):
    with pytest.raises(ProgrammingError, match="does not exist"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_blank_versions('members_personevent', 'members.person', %s::bigint[],"
            """ '{"name": "张冠李戴"}', %s, 'x')""",
            [[person.pk], office.pk],
        )

    assert set(person.events.values_list("name", flat=True)) == {"某人员"}


def test_function_that_let_values_be_chosen_is_taken_away(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION public.audit_blank_versions(text, text, bigint[], jsonb, bigint, text)"
            " RETURNS integer LANGUAGE sql AS 'SELECT 1'"
        )

        secure(connection)

        cursor.execute("SELECT count(*) FROM pg_proc WHERE proname = 'audit_blank_versions'")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("model", [Grant, Association])
def test_history_about_nobody_is_not_erased(transactional_db, office, county, as_application, model):
    record = model.objects.first()
    before = list(record.events.values())

    with pytest.raises(InternalError, match=f"the history of {model._meta.label_lower} is about nobody"):
        blank(record, office, model=model)

    assert (list(record.events.values()), ErasedRow.objects.count()) == (before, 0)


def test_erasure_by_nobody_is_refused(transactional_db, person, office, outsider, request):
    outsider.is_active = False
    outsider.save()
    request.getfixturevalue("as_application")

    for key in (0, None, outsider.pk):
        with pytest.raises(InternalError, match="needs a user"), connection.cursor() as cursor:
            cursor.execute(
                "SELECT audit_blank_versions('members.person', %s::bigint[], %s, 'x')", [[person.pk], key]
            )


def test_what_may_be_blanked_is_the_owners_to_say(transactional_db, as_application):
    with pytest.raises(ProgrammingError, match="permission denied"):
        allow_blanks(connection, {Person: {"sex": "female"}})


def test_database_allows_what_the_registry_says(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_blanks()::text")
        allowed = json.loads(cursor.fetchone()[0])

    assert allowed.keys() == {model._meta.label_lower for model in blanks_of_history()}
    assert "accounts.grant" not in allowed
    assert allowed["members.volunteer"] == {
        "trail": "members_volunteerevent",
        "fields": {"skills": [], "end_reason": "已删除"},
    }


@pytest.mark.parametrize("reason", ["", " ", None])
def test_erasure_without_a_reason_is_refused(person, office, reason):
    with pytest.raises(InternalError, match="needs a reason"):
        blank(person, office, reason=reason)


def test_field_that_the_model_lacks_is_refused(db):
    with pytest.raises(FieldDoesNotExist):
        allow_blanks(connection, {Person: {"nickname": ""}})


@pytest.mark.parametrize(
    ("dropped", "what"),
    [
        (
            "ALTER TABLE members_personevent DROP COLUMN workplace",
            "清除过个人信息的 2 行：有的列已不存在，无法核对",
        ),
        (None, "清除过个人信息的 2 行：这张表已不存在，无法核对"),
    ],
    ids=["column", "table"],
)
def test_erased_rows_of_what_was_dropped_later_are_said(person, office, monkeypatch, dropped, what):
    blank(person, office)
    if dropped:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            cursor.execute(dropped)
    else:
        left = [trail for trail in trails() if trail.table != "members_personevent"]
        monkeypatch.setattr(checking, "trails", lambda: left)

    faults = check_trail().faults

    assert {(fault.table, fault.what) for fault in faults if "清除过" in fault.what} == {
        ("members_personevent", what)
    }
