from datetime import date

import pytest

from associations.enums import Body
from members.models import Session
from portal.records.registry import registered
from tests import factories

FIRST = date(2020, 1, 10)
TYPES = {record_type.slug: record_type for record_type in registered()}
SLUGS = ("people", "terms", "sessions")


def make(slug, place):
    """One record of the type that belongs to the place."""
    if slug == "people":
        return factories.person(place, name="某人员", name_key="mry", phone="13812345678")
    term = place.terms.first() or factories.term(place)
    if slug == "terms":
        return term
    number = term.sessions.count() + 1
    return Session.objects.create(
        term=term, body=Body.COUNCIL, number=number, starts_on=FIRST, ends_on=FIRST, place="会议室"
    )


@pytest.fixture(params=SLUGS)
def slug(request):
    return request.param


@pytest.fixture
def record_type(slug):
    return TYPES[slug]


@pytest.fixture
def record(slug, county):
    return make(slug, county)
