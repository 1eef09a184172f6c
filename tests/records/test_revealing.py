"""A masked value is shown whole once, to somebody with a second factor, after the look was put on record."""

import pytest
from django.test import Client

from members import identity
from members.models import Person
from portal.accounts.roles import OFFICE
from portal.audit.enums import Channel
from portal.audit.models import Look
from portal.lib.dates import today
from portal.records.forms import RevealForm
from tests import factories

from .conftest import TYPES

PEOPLE = TYPES["people"]
NUMBER = "360102199003071236"
PHONE = "13812345678"
ASKED = {"names": ["id_number_sealed"], "cause": "核对本人身份", "detail": "来人办理入会手续"}


@pytest.fixture
def person(county):
    made = factories.person(county, name="某人员", phone=PHONE)
    identity.set_id_number(made, NUMBER, on=today())
    made.save()
    return made


@pytest.fixture
def verified(office):
    return factories.verified(Client(raise_request_exception=False), office)


def url(person):
    return PEOPLE.url("reveal", person.pk)


def texts(response):
    return f"{response.content.decode()}{dict(response.headers)}{response.cookies}"


def test_number_is_shown_after_the_look_is_on_record(verified, office, person):
    response = verified.post(url(person), ASKED)

    assert [(fact.label, fact.value) for fact in response.context["facts"]] == [("身份证号", NUMBER)]
    assert "no-store" in response.headers["Cache-Control"]
    look = Look.objects.get()
    assert (look.user, look.channel, look.model, look.key, look.association_code, look.purpose) == (
        office,
        Channel.REVEAL,
        "members.person",
        person.pk,
        "360102",
        "身份证号：核对本人身份，来人办理入会手续",
    )


def test_only_what_was_chosen_is_shown(verified, person):
    response = verified.post(url(person), ASKED | {"names": ["phone"]})

    assert PHONE in texts(response)
    assert NUMBER not in texts(response)


def test_whole_value_is_in_no_session_cookie_or_later_page(verified, person):
    response = verified.post(url(person), ASKED)
    later = verified.get(PEOPLE.url("detail", person.pk))

    assert NUMBER not in f"{response.cookies}{dict(verified.session)}{texts(later)}"
    assert "3*****************" in texts(later)


def test_form_shows_nothing_whole(verified, person):
    page = texts(verified.get(url(person)))

    assert (NUMBER in page, PHONE in page) == (False, False)
    assert not Look.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"names": []},
        {"names": ["name"]},
        {"cause": ""},
        {"cause": "好奇"},
        {"detail": "四个字符"},
        {"detail": "给某人员打电话核实"},
        {"detail": f"拨打{PHONE}核实"},
        {"detail": f"核对{NUMBER}一项"},
    ],
)
def test_look_without_a_proper_reason_is_refused(verified, person, wrong):
    response = verified.post(url(person), ASKED | wrong)

    assert ("facts" in response.context, Look.objects.count()) == (False, 0)
    assert response.context["form"].errors


def test_reason_of_five_characters_is_enough(verified, person):
    assert verified.post(url(person), ASKED | {"detail": "五个字符啊"}).context["facts"]


def test_without_a_second_factor_nothing_is_shown(client, office, person):
    client.force_login(office)

    response = client.post(url(person), ASKED)

    assert (response.status_code, Look.objects.count()) == (302, 0)
    assert response.url.startswith("/accounts/")
    assert NUMBER not in texts(response)


@pytest.mark.parametrize("who", ["neighbour", "leader", "outsider"])
def test_others_find_nothing(request, person, who):
    browser = factories.verified(Client(), request.getfixturevalue(who))

    response = browser.post(url(person), ASKED)

    assert (response.status_code, Look.objects.count()) == (404, 0)


def test_looks_of_a_day_are_limited(verified, office, person, county, settings):
    settings.REVEALS_PER_DAY = 2
    shown = ["facts" in verified.post(url(person), ASKED).context for _ in range(3)]
    colleague = factories.user((OFFICE, county), username="colleague")

    refused = verified.post(url(person), ASKED)
    other = factories.verified(Client(), colleague).post(url(person), ASKED)

    assert shown == [True, True, False]
    assert refused.context["form"].non_field_errors() == ["今天查看、核对完整信息已达 2 次，请明天再办理"]
    assert "facts" in other.context


def test_empty_fields_are_not_offered(county):
    person = factories.person(county, phone=PHONE)

    form = RevealForm(record=person, record_type=PEOPLE)

    assert form.fields["names"].choices == [("phone", "电话")]


def test_edit_page_holds_the_mask_and_keeps_what_was_not_typed(verified, person):
    edit = PEOPLE.url("edit", person.pk)
    page = verified.get(edit)
    given = {
        name: page.context["form"].initial.get(name) or ""
        for name in page.context["form"].fields
        if name != "association"
    }

    response = verified.post(edit, given | {"association": "360102", "workplace": "新单位"})

    assert PHONE not in texts(page)
    assert 'value="138****5678"' in texts(page)
    assert response.status_code == 302
    kept = Person.objects.get(pk=person.pk)
    assert (kept.phone, kept.workplace) == (PHONE, "新单位")


def test_half_a_mask_is_not_saved(verified, person):
    edit = PEOPLE.url("edit", person.pk)
    given = {"association": "360102", "name": "某人员", "sex": "male", "ethnicity": "汉族", "seen": "1"}

    response = verified.post(edit, given | {"political_status": "none", "phone": "139****5678"})

    assert list(response.context["form"].errors) == ["phone"]
    assert Person.objects.get(pk=person.pk).phone == PHONE


def test_export_masks_the_number_more_than_the_page(verified, person):
    columns = {"column": ["name", "id_number_sealed", "phone"]}

    page = verified.get(PEOPLE.url("list"), columns)
    export = b"".join(verified.get(PEOPLE.url("export_csv"), columns).streaming_content).decode()

    assert [cell.text for cell in page.context["rows"][0].cells] == [
        "某人员",
        "138****5678",
        "3*****************",
    ]
    assert export.splitlines()[1] == "某人员,138****5678,3*****************"


def test_number_that_no_key_opens_is_a_star(verified, person, settings):
    settings.PERSONAL_DATA_KEYS = {"other": b"x" * 32}

    page = verified.get(PEOPLE.url("list"), {"column": ["name", "id_number_sealed"]})

    assert [cell.text for cell in page.context["rows"][0].cells] == ["某人员", "*"]
