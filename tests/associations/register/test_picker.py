import pytest
from django.urls import reverse

from portal.accounts.roles import OFFICE
from tests import factories


@pytest.fixture
def townships(county, other_county):
    factories.association("360102001", short_name="公园街道", name="公园街道计划生育协会", name_key="gyjd")
    factories.association("360103001", short_name="西湖街道", name="西湖街道计划生育协会", name_key="xhjd")


def pick(client, **query):
    return client.get(reverse("associations:picker"), {"name": "into", **query}).context["picker"]


def shape(picker):
    return [
        (level.label, level.is_locked, [(option.name, option.is_selected) for option in level.options])
        for level in picker.levels
    ]


def test_picker_locks_the_prefix_of_the_user(client, office, townships):
    client.force_login(office)

    assert shape(pick(client)) == [
        ("省级", True, [("江西省", True)]),
        ("市级", True, [("南昌市", True)]),
        ("县级", True, [("东湖区", True)]),
        ("乡级", False, [("公园街道", False)]),
    ]


def test_picker_walks_down_to_the_choice(client, verifier, townships):
    client.force_login(verifier)

    picker = pick(client, code="360103")

    assert shape(picker)[2:] == [
        ("县级", False, [("东湖区", False), ("西湖区", True)]),
        ("乡级", False, [("西湖街道", False)]),
    ]
    assert (picker.code, picker.path) == ("360103", ("江西省", "南昌市", "西湖区"))


def test_picker_with_several_grants_begins_with_them(client, county, other_county, townships):
    client.force_login(factories.user((OFFICE, county), (OFFICE, other_county), username="two"))

    assert shape(pick(client)) == [("县级", False, [("东湖区", False), ("西湖区", False)])]
    assert shape(pick(client, code="360103"))[-1] == ("乡级", False, [("西湖街道", False)])


@pytest.mark.parametrize("code", ["360103", "360103001", "990000", "x"])
def test_picker_hides_what_is_out_of_scope(client, office, townships, code):
    client.force_login(office)

    picker = pick(client, code=code)

    assert (picker.error, picker.path) == ("没有这个协会，或不在您的范围内", ())


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("公园", ["360102001"]),
        ("gyj", ["360102001"]),
        ("360102001", ["360102001"]),
        ("西湖", []),
        ("xhjd", []),
    ],
)
def test_picker_searches_in_scope_alone(client, office, townships, query, found):
    client.force_login(office)

    assert [option.code for option in pick(client, q=query).results] == found


def test_picker_of_an_outsider_offers_nothing(client, outsider, townships):
    client.force_login(outsider)

    assert (shape(pick(client)), pick(client, q="街道").results) == ([], ())


def test_picker_refuses_a_field_name_that_is_none(client, office):
    client.force_login(office)

    assert client.get(reverse("associations:picker"), {"name": "<b>"}).status_code == 400
