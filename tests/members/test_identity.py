from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from stdnum.cn import ric

from members import identity, key_rotation
from members.enums import Sex
from members.models import Person
from portal.lib.dates import now
from portal.lib.findings import RuleViolation
from portal.lib.id_numbers import IdNumberError
from portal.lib.key_checks import key_faults
from portal.lib.sealed import needs_new_key, unseal
from portal.records.saving import save_record
from tests import factories

ON = date(2026, 6, 30)
BORN = date(1990, 3, 7)
OLD, NEW, LOST = b"o" * 32, b"n" * 32, b"l" * 32


def number(serial="123", born_on=BORN):
    body = f"360102{born_on:%Y%m%d}{serial}"
    return body + ric.calc_check_digit(f"{body}0")


def numbered(place, text=None, **values):
    person = factories.person(place, **values)
    identity.set_id_number(person, text or number(), on=ON)
    person.save()
    return person


def test_number_fills_birth_date_and_sex(county):
    person = factories.person(county, sex=Sex.FEMALE, born_on=None)

    identity.set_id_number(person, number("123"), on=ON)

    assert (person.born_on, person.sex) == (BORN, Sex.MALE)
    assert unseal(person.id_number_sealed, identity.ID_NUMBER_PURPOSE) == number("123")


def test_bad_number_changes_nothing(county):
    person = factories.person(county, born_on=date(1970, 1, 1))

    with pytest.raises(IdNumberError):
        identity.set_id_number(person, number()[:-1] + "?", on=ON)

    assert (person.id_number_sealed, person.id_number_hash, person.born_on) == (None, None, date(1970, 1, 1))


@pytest.mark.parametrize(("on", "is_taken"), [(BORN, True), (BORN - timedelta(days=1), False)])
def test_number_of_somebody_not_yet_born_is_refused(county, on, is_taken):
    person = factories.person(county)

    try:
        identity.set_id_number(person, number(), on=on)
    except IdNumberError:
        assert not is_taken

    assert (person.id_number_hash is not None) is is_taken


def test_mask_hides_the_birth_date(county):
    assert identity.masked_id_number(numbered(county)) == f"3{'*' * 17}"


def test_mask_of_no_number_is_empty(county):
    assert identity.masked_id_number(factories.person(county)) == ""


def test_number_is_not_in_the_row_the_history_or_the_repr(county):
    person = numbered(county)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(row::text, '') || (SELECT string_agg(event::text, '') FROM members_personevent"
            " AS event) FROM members_person AS row"
        )
        (kept,) = cursor.fetchone()

    assert number() not in kept
    assert number() not in bytes(person.id_number_sealed).decode(errors="replace")
    assert number() not in repr(person)


def test_history_has_the_hash_and_not_the_sealed_number():
    event = Person.pgh_event_model

    names = {field.name for field in event._meta.fields}

    assert ("id_number_hash" in names, "id_number_sealed" in names) == (True, False)


def test_same_number_twice_in_an_association_is_refused(county):
    numbered(county)
    second = factories.person(county)
    identity.set_id_number(second, number(), on=ON)

    with pytest.raises(RuleViolation) as refused:
        save_record(second)

    assert str(refused.value) == "该协会已登记同一身份证号的人员"


def test_same_number_in_another_association_is_accepted(county, other_county):
    first = numbered(county)
    second = numbered(other_county)

    assert first.id_number_hash == second.id_number_hash


@pytest.mark.parametrize("column", ["id_number_sealed", "id_number_hash"])
def test_half_a_number_is_refused(county, column):
    numbered(county)

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Person.objects.update(**{column: None})

    assert refused.value.__cause__.diag.constraint_name == "person_id_number_whole"


def find(user, text):
    user.is_verified = lambda: True
    return identity.find_by_id_number(text, cause="查找人员", by=user, at=now())


def test_number_is_found_inside_the_reach_only(county, other_county, office, neighbour, leader, outsider):
    mine, theirs = numbered(county), numbered(other_county)

    found = [find(user, number()) for user in (office, neighbour, leader, outsider)]

    assert found == [[mine], [theirs], [], []]


def test_number_is_found_by_its_old_form(county, office):
    person = numbered(county)
    old_form = f"{number()[:6]}{number()[8:17]}"

    assert find(office, old_form) == [person]


def test_other_number_is_not_found(county, office):
    numbered(county)

    assert find(office, number("125")) == []


def test_duplicates_share_number_or_name_and_birth_date(county, other_county, verifier):
    person = numbered(county, name="甲")
    place = factories.association("360103001")
    by_number = numbered(place, name="乙")
    by_name = factories.person(place, name="甲", born_on=BORN)
    factories.person(place, name="甲", born_on=BORN + timedelta(days=1))
    numbered(place, number("125"), name="甲")

    assert identity.duplicates_of(person, user=verifier) == [by_number, by_name]


def test_duplicates_of_another_county_stay_unknown(county, other_county, office):
    person = numbered(county, name="甲")
    numbered(other_county, name="甲")

    assert identity.duplicates_of(person, user=office) == []


def test_people_without_birth_date_are_no_duplicates_by_name(county, office):
    person = factories.person(county, name="甲")
    factories.person(county, name="甲")

    assert identity.duplicates_of(person, user=office) == []


@pytest.fixture
def sealed_by(change_keys, county):
    def seal_numbers(ring, count):
        change_keys(ring)
        return [numbered(county, number(f"{serial:03d}")) for serial in range(1, count + 1)]

    return seal_numbers


def test_rotation_reseals_every_number_and_leaves_the_history_alone(sealed_by, settings, capsys):
    people = sealed_by({"2025": OLD}, 3)
    settings.PERSONAL_DATA_KEYS = {"2026": NEW, "2025": OLD}
    events = Person.pgh_event_model.objects.count()

    call_command("rotate_personal_keys", batch=2)

    settings.PERSONAL_DATA_KEYS = {"2026": NEW}
    kept = Person.objects.order_by("pk")
    assert [identity.masked_id_number(person) for person in kept] == [f"3{'*' * 17}" for _ in (1, 2, 3)]
    assert [person.id_number_hash for person in kept] == [person.id_number_hash for person in people]
    assert Person.pgh_event_model.objects.count() == events
    assert key_faults() == []
    assert capsys.readouterr().out.splitlines() == [
        "已检查 2，已换新密钥 2",
        "已检查 3，已换新密钥 3",
        "完成：共 3 条，3 条换新密钥，旧密钥可以停用",
    ]


def test_rotation_goes_on_where_it_stopped(sealed_by, county, settings, capsys):
    sealed_by({"2025": OLD}, 1)
    settings.PERSONAL_DATA_KEYS = {"2026": NEW, "2025": OLD}
    numbered(county, number("125"))

    call_command("rotate_personal_keys")
    call_command("rotate_personal_keys")

    assert capsys.readouterr().out.splitlines() == [
        "已检查 2，已换新密钥 1",
        "完成：共 2 条，1 条换新密钥，旧密钥可以停用",
        "已检查 2，已换新密钥 0",
        "完成：共 2 条，0 条换新密钥，旧密钥可以停用",
    ]


def test_rotation_names_what_no_key_opens_and_seals_the_rest(sealed_by, county, settings):
    lost = sealed_by({"lost": LOST}, 1)[0]
    settings.PERSONAL_DATA_KEYS = {"2025": OLD}
    call_command("check_keys", accept_loss=True)
    good = numbered(county, number("125"))
    settings.PERSONAL_DATA_KEYS = {"2026": NEW, "2025": OLD}

    with pytest.raises(CommandError) as refused:
        call_command("rotate_personal_keys")

    good.refresh_from_db()
    lost.refresh_from_db()
    assert str(refused.value) == f"有 1 条身份证号现有密钥都打不开，旧密钥不可停用：人员 {lost.pk}"
    assert (needs_new_key(good.id_number_sealed), needs_new_key(lost.id_number_sealed)) == (False, True)


@pytest.mark.parametrize("ring", [{"2025": LOST}, {"2026": NEW, "2025": LOST}, {"2026": NEW}])
def test_rotation_with_keys_that_open_nothing_is_refused(sealed_by, settings, ring, capsys):
    sealed_by({"2025": OLD}, 1)
    settings.PERSONAL_DATA_KEYS = ring

    with pytest.raises(CommandError, match="没有更换任何密钥"):
        call_command("rotate_personal_keys")

    assert capsys.readouterr().out == ""


def test_rotation_opens_numbers_of_the_newest_key_too(sealed_by, change_keys):
    lost = sealed_by({"2026": LOST}, 1)[0]
    change_keys({"2026": NEW, "2025": OLD})

    with pytest.raises(CommandError, match=f"旧密钥不可停用：人员 {lost.pk}"):
        call_command("rotate_personal_keys")


def test_old_key_may_not_go_while_somebody_still_seals_with_it(sealed_by, county, settings, monkeypatch):
    """A worker that was not started anew takes a number while the rotation is under way."""
    sealed_by({"2025": OLD}, 1)
    settings.PERSONAL_DATA_KEYS = {"2026": NEW, "2025": OLD}
    steps = key_rotation.rotate_id_numbers

    def meanwhile(**asked):
        yield from steps(**asked)
        settings.PERSONAL_DATA_KEYS = {"2025": OLD, "2026": NEW}
        numbered(county, number("125"))
        settings.PERSONAL_DATA_KEYS = {"2026": NEW, "2025": OLD}

    monkeypatch.setattr("members.management.commands.rotate_personal_keys.rotate_id_numbers", meanwhile)

    with pytest.raises(CommandError, match="编号为 2025 的密钥加密，旧密钥不可停用"):
        call_command("rotate_personal_keys")
