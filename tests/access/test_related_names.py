"""Of a related person nobody is told name or key whom they do not reach: on pages, over REST and in files."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.db.models import Model
from django.test import Client

from members.models import Person
from portal.accounts import actions
from portal.accounts.models import User
from portal.accounts.roles import OFFICE, ROLES, Permission
from portal.records import reach
from portal.records.registry import registered
from portal.records.types import RecordType
from tests import factories

# A member, the household they keep in touch with, a visit there.
MOST_STEPS = 3
NAME, KEY = "canary-related-person-end", 900_000_001
READERS = (*(role.code for role in ROLES), "statistics")
# What the world holds under other names than those of the types.
OF_WORLD = {
    "people": "person",
    "terms": "term",
    "sessions": "session",
    "appointments": "appointment",
    "policies": "policy",
    "supervision-notices": "notice",
    "associations": "association",
}


def ways_to_people(model: type[Model], way: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """List the ways along foreign keys from a model to a person."""
    for field in reach.foreign_keys(model):
        if field.related_model is Person:
            yield (*way, field.name)
        elif len(way) + 1 < MOST_STEPS and field.related_model is not model:
            yield from ways_to_people(field.related_model, (*way, field.name))


WAYS = [
    pytest.param(record_type, way, id=f"{record_type.slug}-{'.'.join(way)}")
    for record_type in registered()
    for way in ways_to_people(record_type.model)
]


@dataclass(frozen=True, kw_only=True)
class Reader:
    client: Client
    user: User
    headers: dict[str, str]


@pytest.fixture(params=READERS)
def reader(here, request):
    if request.param != "statistics":
        return Reader(client=here.client(request.param), user=here.users[request.param], headers={})
    own = here.places["own"].association
    user = factories.user((OFFICE, own), username="statistics", association=own)
    issued = actions.make_token(
        user=user, association=own, days=1, name="统计", permissions=[Permission.VIEW_STATISTICS]
    )
    user.act_by(issued.token)
    bearer = {"authorization": f"Bearer {issued.secret}"}
    return Reader(client=here.client("anonymous"), user=user, headers=bearer)


def record_in(place, record_type: RecordType) -> Model:
    slug = record_type.slug
    return getattr(place, OF_WORLD[slug]) if slug in OF_WORLD else place.records[slug]


def lead(record: Model, way: tuple[str, ...], place) -> bool:
    """Lead the way from a record to a marked person of the place; tell whether there is such a way."""
    *steps, last = way
    for step in steps:
        record = getattr(record, step)
        if record is None:
            return False
    person = factories.person(place.association, pk=KEY, name=NAME)
    type(record)._base_manager.filter(pk=record.pk).update(**{last: person})
    return True


def addresses(record_type: RecordType, record: Model) -> Iterator[str]:
    columns = "&".join(f"column={column.name}" for column in record_type.columns)
    yield f"{record_type.url('list')}?{columns}"
    yield f"{record_type.url('export_csv')}?{columns}"
    yield record_type.page_of(record)
    yield f"/api/v1/{record_type.slug}/"
    yield f"/api/v1/{record_type.slug}/{record.pk}/"
    pages = {
        "history": record_type.is_tracked,
        "edit": bool(record_type.form_fields),
        "end": record_type.ending,
        "delete": record_type.deletes,
    }
    yield from (record_type.url(page, record.pk) for page, is_there in pages.items() if is_there)


def found_by(reader: Reader, record_type: RecordType, record: Model) -> set[str]:
    """Return the addresses at which the reader is told the marked name or key."""
    found = set()
    for address in addresses(record_type, record):
        response = reader.client.get(address, headers=reader.headers)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        text = content.decode(errors="replace")
        if NAME in text or str(KEY) in text:
            found.add(address)
    return found


def seen(reader: Reader) -> bool:
    return reader.user.scope.may(Permission.VIEW_PEOPLE)


def test_every_way_to_people_is_known():
    assert {way.id for way in WAYS} >= {
        "groups-leader",
        "memberships-person",
        "memberships-group.leader",
        "household-visits-household.membership.person",
        "appointments-person",
        "contracts-volunteer.person",
    }


@pytest.mark.parametrize(("record_type", "way"), WAYS)
def test_person_of_another_county_is_told_to_nobody(reader, here, record_type, way):
    record = record_in(here.places["own"], record_type)
    lead(record, way, here.places["sibling"])

    assert found_by(reader, record_type, record) == set()


@pytest.mark.parametrize(("record_type", "way"), WAYS)
def test_person_of_the_county_is_told_to_who_may_see_people(reader, here, record_type, way):
    record = record_in(here.places["own"], record_type)
    is_led = lead(record, way, here.places["own"])

    found = found_by(reader, record_type, record)

    assert not found or seen(reader)
    # What a row says of a person two rows away is the type's own to decide.
    assert found or not (seen(reader) and is_led and len(way) == 1)


@pytest.mark.parametrize(("place", "count"), [("own", 1), ("sibling", 0)])
@pytest.mark.parametrize("slug", ["memberships", "appointments", "volunteers"])
def test_name_that_is_not_told_is_not_found_by_asking_for_it(here, slug, place, count):
    record_type = next(each for each in registered() if each.slug == slug)
    lead(record_in(here.places["own"], record_type), ("person",), here.places[place])

    answer = here.client("office").get(f"/api/v1/{slug}/?q={NAME}")

    assert len(answer.json()["results"]) == count


def test_open_wall_is_noticed(here, monkeypatch):
    reader = Reader(client=here.client("leader"), user=here.users["leader"], headers={})
    groups = next(each for each in registered() if each.slug == "groups")
    record = record_in(here.places["own"], groups)
    lead(record, ("leader",), here.places["sibling"])
    monkeypatch.setattr(reach, "reached_keys", lambda model, rows, *, user: set(rows))

    found = found_by(reader, groups, record)

    assert found == {"/api/v1/groups/", f"/api/v1/groups/{record.pk}/"}
