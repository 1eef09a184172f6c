"""Every day that a page or the API can be given, with days at and beyond the ends of the calendar.

The pages' are found by looking through the forms of all pages, the API's by its schema.
"""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver
from django_filters import FilterSet

from portal.accounts.roles import ROLES
from portal.lib.env import Rate
from portal.lib.form_fields import DayField
from tests import factories

from .html_forms import HtmlForm, forms_in
from .operations import Operation, operations, read_schema
from .routes import read_matrix

NO_DAY = "2024-02-30"
DAYS = ("0001-01-01", "1799-12-31", "9999-12-31", NO_DAY)
GOOD = "2024-01-10"
# Rows of lists by their day or moment, as the several kinds of pages write them.
EDGES = (
    *(f"{day}~1" for day in DAYS),
    "0001-01-01T00:00+23:59~1",
    "9999-12-31T23:59-23:59~1",
    "9999-12-31.1",
)
# What is said of the days: out of the calendar, and none.
REFUSALS = ("超出范围", "输入一个有效的日期", "日历上没有")
KNOWN = {
    ("/audit/", "since"),
    ("/audit/", "until"),
    ("/audit/looks/", "until"),
    ("/audit/sign-ins/", "until"),
    ("/records/memberships/", "on"),
    ("/records/people/new/", "born_on"),
    ("/records/sessions/", "held_from"),
    ("/associations/360102/council/terms/new/", "congress_on"),
    ("/associations/360102/council/sessions/new/", "facts-starts_on"),
}
LEAST_FIELDS, LEAST_PAGES, LEAST_OF_API = 150, 10, 60


@pytest.fixture
def client(here, settings):
    """A browser of somebody who holds every role at the county, and may ask as often as they like."""
    settings.API_RATE = Rate(count=100_000, period=timedelta(hours=1))
    county = here.places["own"].association
    user = factories.user(username="whole", association=county)
    for role in ROLES:
        factories.grant(user, role, county)
    here.enter("whole", user)
    return here.client("whole")


def ask(client: Client, method: str, path: str, values: dict, **options) -> tuple[int, str]:
    """Send a request, undo what it wrote, and return status and text of the answer."""
    with transaction.atomic():
        response: HttpResponse = getattr(client, method.lower())(path, values, **options)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    return response.status_code, content.decode(errors="replace")


def pages(here) -> Iterator[str]:
    place = here.places["own"]
    for row in read_matrix():
        if row.method == "GET" and not row.path(place).startswith("/api/"):
            yield row.path(place)


def day_fields(here, client) -> dict[tuple[str, str, str], HtmlForm]:
    found = {}
    for page in pages(here):
        _, text = ask(client, "GET", page, {})
        for form in forms_in(text, path=page):
            found |= {(form.method, form.path, name): form for name in form.days}
    return found


def test_no_day_of_a_form_is_a_server_error(here, client):
    fields = day_fields(here, client)

    answers = {
        (*field, day): ask(client, field[0], field[1], form.filled(field[2], day, other=GOOD))
        for field, form in fields.items()
        for day in DAYS
    }

    assert len(fields) >= LEAST_FIELDS
    assert {(path, name) for _, path, name in fields} >= KNOWN
    assert {key: status for key, (status, _) in answers.items() if status not in (200, 400)} == {}
    assert [key for key, (_, text) in answers.items() if not any(said in text for said in REFUSALS)] == []


def test_no_day_and_no_edge_in_an_address_is_a_server_error(here, client):
    odd = {"on": NO_DAY, "after": "nonsense"}
    reading = [page for page in pages(here) if ask(client, "GET", page, odd)[0] == 400]
    dated = [page for page in reading if ask(client, "GET", page, {"on": NO_DAY})[0] == 400]
    paged = [page for page in reading if ask(client, "GET", page, {"after": "nonsense"})[0] == 400]

    asked = [(page, "on", day) for page in dated for day in DAYS]
    asked += [(page, "after", edge) for page in paged for edge in EDGES]
    answers = {each: ask(client, "GET", each[0], {each[1]: each[2]})[0] for each in asked}

    assert len(dated) >= LEAST_PAGES
    assert {"/associations/", "/policies/", "/councils/"} <= set(dated)
    assert {"/audit/", "/audit/looks/", "/personal-data/requests/"} <= set(paged)
    assert {key: status for key, status in answers.items() if status not in (200, 400)} == {}


def test_no_day_of_an_export_of_the_trail_is_a_server_error(here, client):
    exports = [page for page in pages(here) if page.startswith("/audit/") and "/export." in page]
    asked = [(page, name, day) for page in exports for name in ("since", "until") for day in DAYS]

    answers = {each: ask(client, "GET", each[0], {each[1]: each[2]})[0] for each in asked}

    assert set(exports) >= {
        f"/audit/{part}export.{kind}" for part in ("", "looks/", "sign-ins/") for kind in ("csv", "xlsx")
    }
    assert {key: status for key, status in answers.items() if status not in (200, 400)} == {}


def test_no_day_of_the_api_is_a_server_error(here, client):
    place = here.places["own"]
    dated = [operation for operation in operations(read_schema()) if operation.days]

    answers = {
        (operation.method, operation.path, name, day): call(client, operation, place, {name: day})
        for operation in dated
        for name in operation.days
        for day in DAYS
    }

    assert len(answers) >= LEAST_OF_API * len(DAYS)
    asked = {(method, path, name) for method, path, name, _ in answers}
    assert asked >= {
        ("get", "/api/v1/associations/", "on"),
        ("patch", "/api/v1/people/{id}/", "born_on"),
        ("post", "/api/v1/memberships/", "joined_on"),
    }
    assert {key: answer for key, answer in answers.items() if answer[0] != 400} == {}


def call(client: Client, operation: Operation, place, values: dict[str, str]) -> tuple[int, str]:
    path = operation.address(place)
    if operation.method == "get":
        return ask(client, "GET", path, values)
    # A record of the kind tells what a body may say, and the version that it may change.
    status, text = ask(client, "GET", operation.record(place), {})
    known = json.loads(text) if status == 200 else {}
    body = {name: value for name, value in known.items() if name in operation.fields and value is not None}
    seen = {"if-match": f'"{known.get("version")}"'}
    sent = {"content_type": "application/json", "headers": seen}
    return ask(client, operation.method, path, body | values, **sent)


def days_of(cls: type) -> Iterator[tuple[str, forms.Field]]:
    if issubclass(cls, FilterSet):
        fields = {name: each.field for name, each in cls.base_filters.items()}
    else:
        fields = getattr(cls, "base_fields", {})
    yield from ((name, each) for name, each in fields.items() if isinstance(each, forms.DateField))  # noqa: TID251


def every(cls: type) -> Iterator[type]:
    for each in cls.__subclasses__():
        yield each
        yield from every(each)


def test_every_day_of_a_form_is_of_the_one_kind():
    assert get_resolver().url_patterns
    classes = [each for base in (forms.BaseForm, FilterSet) for each in every(base)]
    days = [(cls, name, field) for cls in classes for name, field in days_of(cls)]

    assert len({cls for cls, _, _ in days}) > 40
    assert [(cls, name) for cls, name, field in days if not isinstance(field, DayField)] == []
