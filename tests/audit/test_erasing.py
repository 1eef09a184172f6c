from datetime import timedelta

import pghistory
import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import InternalError, connection

from members.models import Person
from portal.audit.checking import check_trail
from portal.audit.digests import trails
from portal.audit.enums import Channel
from portal.audit.erasing import blank_versions
from portal.audit.looks import record_looks
from portal.audit.models import ErasedRow, Look
from portal.lib.dates import today
from tests import factories

from .test_sealing import seal_up_to

GONE = "（已清除）"
YESTERDAY = today() - timedelta(days=1)
BLANKS = {"name": "已清除", "phone": "", "born_on": None, "id_number_sealed": None}


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
        model=Person, keys=[person.pk], by=by, **({"fields": BLANKS, "reason": "本人申请删除"} | options)
    )


def test_versions_are_blanked_and_stay(person, other, office):
    assert blank(person, office) == 2

    versions = person.events.order_by("pgh_id")
    assert list(versions.values_list("name", "phone", "born_on", "workplace", "version")) == [
        ("已清除", "", None, "", 1),
        ("已清除", "", None, "某单位", 2),
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
    fields = ["name", "phone", "born_on"]
    assert [(table, sorted(each), by, why) for table, each, by, why in rows] == [
        ("members_personevent", sorted(fields), office.pk, "本人申请删除"),
        ("members_personevent", sorted(fields), office.pk, "本人申请删除"),
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
    blank(person, office, fields={"phone": ""})
    blank(person, office, fields={"name": "已清除"})

    verdict = check_trail()
    assert (verdict.faults, verdict.erased) == ((), 4)


def test_change_of_an_erased_row_is_found(person, sealed, office, tamper):
    blank(person, office)
    first = person.events.earliest("pgh_id").pk

    tamper("UPDATE members_personevent SET workplace = 'x' WHERE pgh_id = %s", first)

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


@pytest.mark.parametrize("fields", [{"id": 7}, {"version": 7}])
def test_identity_of_a_version_cannot_be_blanked(person, office, fields):
    with pytest.raises(InternalError, match="which version"):
        blank(person, office, fields=fields)


def test_erasure_without_a_reason_is_refused(person, office):
    with pytest.raises(InternalError, match="needs a reason"):
        blank(person, office, reason=" ")


def test_field_that_the_model_lacks_is_refused(person, office):
    with pytest.raises(FieldDoesNotExist):
        blank(person, office, fields={"nickname": ""})
