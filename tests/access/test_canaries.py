"""A mark in every text of the neighbouring county must not reach the clerk of this one, by any route."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from django.apps import apps
from django.db import models

from associations.models import MilestoneEvent
from portal.accounts.roles import ADMINISTRATOR, OFFICE
from portal.accounts.scope import ScopedQuerySet
from portal.oversight.enums import NoticeStep
from portal.oversight.models import SupervisionNotice, SupervisionStep
from tests import factories

from . import world
from .routes import ask, read_matrix

PAGES = [row for row in read_matrix() if row.method == "GET"]
MARK = re.compile(r"canary-[a-z]+-[a-z_]+-end")
# Keys of programs, which no page shows.
NO_TEXTS = (
    "password",
    "token_hash",
    "secret_hash",
    "session_hash",
    "id_number_hash",
    "number_county",
    "kind",
    "key",
    "end_reason",
)
UNCHANGING = (MilestoneEvent, SupervisionNotice, SupervisionStep)
# Whose pages could tell of the neighbour: one's own, theirs, and those of the city above both.
NEAR = ("own", "sibling", "above")
# What the neighbour's own clerk finds: proof that the marks are where people look.
SHOWN = {
    "canary-association-name-end",
    "canary-association-short_name-end",
    "canary-association-address-end",
    "canary-association-phone-end",
    "canary-association-host_body-end",
    "canary-person-name-end",
    "canary-appointment-office_held-end",
    "canary-session-place-end",
    "canary-policydocument-title-end",
    "canary-policydocument-issued_by-end",
    "canary-policydocument-number-end",
    "canary-quotarule-clause-end",
    "canary-milestonerule-evidence-end",
    "canary-provision-topic-end",
    "canary-succession-document_number-end",
    "canary-storedfile-name-end",
    "canary-milestoneevent-document_number-end",
    "canary-functiontransfer-function-end",
    "canary-functiontransfer-document_number-end",
    "canary-venue-name-end",
    "canary-venue-facilities-end",
    "canary-partnerunit-name-end",
    "canary-supervisionnotice-finding-end",
    "canary-supervisionstep-text-end",
    "canary-supervisionstep-document_number-end",
    "canary-user-username-end",
    "canary-user-name-end",
    "canary-user-email-end",
    "canary-team-name-end",
    "canary-apitoken-name-end",
}


def scoped_models() -> Iterable[type[models.Model]]:
    return [model for model in apps.get_models() if isinstance(model._default_manager.all(), ScopedQuerySet)]


def text_fields(model: type[models.Model]) -> dict[str, str]:
    texts = [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField) and not field.choices
    ]
    marks = {field: f"canary-{model._meta.model_name}-{field.name}-end" for field in texts}
    return {
        field.name: mark
        for field, mark in marks.items()
        if field.name not in NO_TEXTS and len(mark) <= (field.max_length or 0)
    }


def plant(code: str) -> None:
    for model in scoped_models():
        if model in UNCHANGING:
            continue  # born with their marks
        queryset = model._default_manager.all()
        rows = queryset.filter(**{queryset.scope_path: code})
        if fields := text_fields(model):
            rows.update(**fields)


def supervise(places) -> None:
    """Leave marked notices about the neighbour; the one that the pages ask for among them."""
    sibling = places["sibling"]
    notice = world.noticed(sibling.association, **text_fields(SupervisionNotice))
    factories.notice_step(notice, NoticeStep.NOTICED, world.DAY, **text_fields(SupervisionStep))
    places["sibling"] = replace(sibling, notice=notice)


@pytest.fixture
def marked(here):
    sibling = here.places["sibling"].association
    world.claim(sibling, file_name="canary-storedfile-name-end", **text_fields(MilestoneEvent))
    supervise(here.places)
    here.enter("neighbour", factories.user((OFFICE, sibling), (ADMINISTRATOR, sibling), username="neighbour"))
    plant(sibling.code)
    return here


def marks(marked, role: str, *places: str) -> Iterator[str]:
    """Yield every mark that the role reads on any page about these places."""
    for row in PAGES:
        for place in places if row.target else ("own",):
            answer = ask(marked, row, role, place)
            yield from MARK.findall(f"{answer.body}{dict(answer.headers)}")


def test_clerk_finds_nothing_of_the_neighbour(marked):
    assert set(marks(marked, "office", *NEAR)) == set()


def test_administrator_finds_nothing_of_the_neighbour(marked):
    assert set(marks(marked, "administrator", *NEAR)) == set()


def test_neighbour_finds_their_own(marked):
    assert set(marks(marked, "neighbour", "sibling")) >= SHOWN


def test_open_wall_is_noticed(marked, monkeypatch):
    monkeypatch.setattr(ScopedQuerySet, "visible_to", lambda self, user, permission=None: self.scoped())

    assert any(mark in SHOWN for mark in marks(marked, "office", "sibling"))
