import csv
import io

import pytest

from portal.accounts.roles import LEADER, OFFICE, VERIFIER
from tasks.models import PartnerUnit
from tests import factories
from tests.records.conftest import TYPES

PARTNERS = TYPES["partner-units"]


def entry(**values):
    return {
        "association": "360102",
        "name": "某卫生院",
        "kind": "medical",
        "does": "义诊、健康讲座",
        "contact_name": "某联系人",
        "phone": "13812345678",
        "starts_on": "2021-01-01",
        "ends_on": "2021-12-31",
    } | values


@pytest.fixture
def code():
    return factories.credit_code("12990000MB0X00001")


def test_partner_is_registered_and_its_contact_is_masked(client, office, county, code):
    client.force_login(office)
    spaced = f"{code[:8]} {code[8:].lower()}"

    client.post(PARTNERS.url("create"), entry(credit_code=spaced))

    unit = PartnerUnit.objects.get()
    query = {"column": ["name", "credit_code", "contact_name", "phone"]}
    text = b"".join(client.get(PARTNERS.url("export_csv"), query).streaming_content).decode("utf-8-sig")
    assert (unit.credit_code, unit.contact_name) == (code, "某联系人")
    assert list(csv.reader(io.StringIO(text)))[1] == ["某卫生院", code, "某联系人", "138****5678"]


@pytest.mark.parametrize(("role", "names"), [(LEADER, False), (VERIFIER, False), (OFFICE, True)])
def test_contact_person_is_named_to_who_may_see_people(client, county, role, names):
    unit = factories.partner_unit(county, contact_name="某联系人", phone="13812345678")
    client.force_login(factories.user((role, county), association=county))

    pages = [
        client.get(PARTNERS.url(page, *keys), query).content.decode()
        for page, keys, query in (
            ("list", (), {"column": ["name", "contact_name", "phone"]}),
            ("detail", (unit.pk,), {}),
        )
    ]
    history = client.get(PARTNERS.url("history", unit.pk)).content.decode()

    assert [unit.name in page for page in (*pages, history)] == [True, True, True]
    assert ["某联系人" in page for page in (*pages, history)] == [names] * 3
    assert not any("13812345678" in page for page in (*pages, history))


def test_wrong_check_digit_is_refused(client, office, county, code):
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    client.force_login(office)

    response = client.post(PARTNERS.url("create"), entry(credit_code=wrong))

    assert response.context["form"].errors == {
        "credit_code": ["统一社会信用代码的校验码（最后一位）不符，请对照证书检查每一位。"]
    }


@pytest.mark.parametrize(
    ("days", "is_kept"),
    [
        ({"starts_on": "2021-12-31", "ends_on": "2022-12-31"}, False),
        ({"starts_on": "2022-01-01", "ends_on": ""}, True),
        ({"starts_on": "2020-01-01", "ends_on": ""}, False),
        ({"starts_on": "2020-01-01", "ends_on": "2020-12-31"}, True),
        ({"starts_on": "2022-01-02", "ends_on": "2022-01-01"}, False),
    ],
)
def test_agreements_with_one_unit_do_not_overlap(client, office, county, days, is_kept):
    client.force_login(office)
    client.post(PARTNERS.url("create"), entry())

    client.post(PARTNERS.url("create"), entry(**days))

    assert PartnerUnit.objects.count() == 1 + is_kept


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"kind": "medical"}, 1),
        ({"kind": "school"}, 0),
        ({"q": "医院"}, 1),
        ({"on": "2020-01-09"}, 0),
        ({"on": "2020-01-10"}, 1),
        ({"association": "x"}, 0),
    ],
)
def test_list_keeps_what_the_filters_ask_for(client, office, county, query, count):
    factories.partner_unit(county)
    client.force_login(office)

    assert len(client.get(PARTNERS.url("list"), query).context["rows"]) == count


@pytest.mark.parametrize("slug", ["partner-units", "venues", "function-transfers"])
@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_the_same_queries_for_one_row_and_for_three(
    client, office, county, slug, count, django_assert_num_queries
):
    make = {
        "partner-units": factories.partner_unit,
        "venues": factories.venue,
        "function-transfers": factories.function_transfer,
    }[slug]
    for number in range(count):
        make(factories.association(f"36010200{number}"))
    client.force_login(office)

    with django_assert_num_queries(11):
        response = client.get(TYPES[slug].url("list"))

    assert len(response.context["rows"]) == count
