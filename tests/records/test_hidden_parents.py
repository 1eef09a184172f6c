"""Somebody on record elsewhere: not named in the trail, not found by trying keys; answers leave a row."""

import pytest

from portal.accounts.roles import AUDITOR
from portal.audit.models import Disclosure
from tests import factories

NAME = "canary-person-elsewhere"


@pytest.fixture
def membership(county, other_county):
    person = factories.person(other_county, name=NAME)
    return factories.membership(county, person=person)


@pytest.mark.parametrize("address", ["/records/memberships/", "/api/v1/memberships/"])
def test_key_that_a_row_does_not_tell_finds_no_row(client, office, membership, address):
    client.force_login(office)

    answer = client.get(address, {"person": membership.person_id})
    known = client.get(address)

    assert [rows_in(answer), rows_in(known)] == [0, 1]


def rows_in(answer):
    return len(answer.json()["results"] if "json" in answer["Content-Type"] else answer.context["rows"])


def test_trail_does_not_name_who_is_on_record_elsewhere(client, county, membership):
    client.force_login(factories.user((AUDITOR, county), username="auditor", association=county))

    page = client.get("/audit/?kind=members.membership").content.decode()

    assert (NAME in page, "（不在您的管理范围内）" in page) == (False, True)


def test_answer_to_a_change_over_rest_is_on_record(client, office, county):
    person = factories.person(county, name="某人员")
    client.force_login(office)

    answer = client.patch(
        f"/api/v1/people/{person.pk}/",
        {"title": "主任"},
        content_type="application/json",
        headers={"if-match": '"1"'},
    )

    row = Disclosure.objects.get()
    assert (answer.status_code, row.kind, row.row_count, row.query) == (200, "people", 1, f"id={person.pk}")
