"""Every address of the portal, and the reviewed table of who may ask for it."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path

from django.db import transaction
from django.db.models import Model
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from .world import OUTSIDE, PLACES, Place, World

MATRIX = Path(__file__).parent / "matrix.csv"
ROLES = ("anonymous", "outsider", "office", "verifier", "leader", "family", "auditor", "administrator")
# Values of the parameters that say no association; the rest comes from the place.
CONSTANTS = {
    "milestone": "plan-issued",
    "family": "quotarule",
    "field": "file",
    "step": "answered",
    "deed": "end-sessions",
    "import_slug": "memberships",
}

# What a role is asked about that may do nothing anywhere: every further place is the same refusal.
NEAREST = ("own", "sibling")
NEVER_SAVED = 999_999

# Exists on developers' machines only.
DEBUG_ONLY = "dashboards:gallery"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One route and method: the status that each role gets, and whose record its address names.

    A cell is one status for the own association and those below it, `own/below` where they differ, or all of
    `own/below/sibling/above/elsewhere`. Unless it says so, a record outside the grant is a 404.
    """

    route: str
    method: str
    target: str
    cells: dict[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.route}"

    def expected(self, role: str, place: str) -> int:
        statuses = self.cells[role].split("/")
        if len(statuses) == len(PLACES):
            return int(statuses[list(PLACES).index(place)])
        if place in OUTSIDE and role != "anonymous":
            return 404
        return int(statuses[-1] if place == "below" else statuses[0])

    def places(self, role: str) -> tuple[str, ...]:
        """Return the places that the role asks about: all, or the nearest if it may do nothing anywhere."""
        if not self.target:
            return ("own",)
        return NEAREST if role == "anonymous" or self.cells[role] == "404" else tuple(PLACES)

    def path(self, place: Place) -> str:
        route = PATTERNS[self.route]
        return route.path({name: self._value(name, place) for name in route.converters})

    def _value(self, name: str, place: Place) -> str:
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name in ("code", "name"):
            return place.code if name == "code" else place.report_file
        if name == "job_id" and self.target == "import_batch":
            return str(place.import_batch.job_id)
        if name == "version_pk":
            return str(self._record(place).events.earliest("pgh_id").pk)
        return str(place.rule.pk if name == "rule_pk" else self._record(place).pk)

    def _record(self, place: Place) -> Model:
        return place.records[self.target] if self.target in place.records else getattr(place, self.target)


@dataclass(frozen=True, kw_only=True)
class Route:
    name: str
    literal: str
    converters: tuple[str, ...]

    def path(self, values: dict[str, str]) -> str:
        try:
            return reverse(self.name, kwargs=values)
        except NoReverseMatch:
            return f"/{self.literal}"


def routes() -> dict[str, Route]:
    found = {}
    for namespace, prefix, pattern in _walk(get_resolver()):
        literal = f"{prefix}{pattern.pattern}"
        name = ":".join([*namespace, pattern.name]) if pattern.name else literal
        if name == DEBUG_ONLY:
            continue
        # A name may stand for several addresses; the longest names the record most closely.
        converters = tuple(pattern.pattern.converters)
        if name not in found or len(converters) > len(found[name].converters):
            found[name] = Route(name=name, literal=literal, converters=converters)
    return found


def _walk(
    resolver: URLResolver, namespace=(), prefix=""
) -> Iterator[tuple[tuple[str, ...], str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield namespace, prefix, entry
        else:
            inner = (*namespace, entry.namespace) if entry.namespace else namespace
            yield from _walk(entry, inner, f"{prefix}{entry.pattern}")


def read_matrix() -> list[Row]:
    with MATRIX.open(encoding="utf-8", newline="") as file:
        return [
            Row(
                route=line["route"],
                method=line["method"],
                target=line["target"],
                cells={role: line[role] for role in ROLES},
            )
            for line in csv.DictReader(file)
        ]


PATTERNS = routes()


@dataclass(frozen=True, kw_only=True)
class Answer:
    status: int
    body: str
    headers: Mapping[str, str]
    cookies: SimpleCookie


def ask(here: World, row: Row, role: str, place: str, method: str = "") -> Answer:
    """Send the row's request as the role about the place's record, and undo what it wrote."""
    method = method or row.method
    client = here.client(role)
    path = row.path(here.places[place])
    with transaction.atomic():
        if method == "POST":
            response = _post(client, path, here.places[place])
        else:
            response = client.generic(method, path)
        # Reading to the end closes the file that a download holds open.
        content = b"".join(response.streaming_content) if response.streaming else response.content
        transaction.set_rollback(True)
    return Answer(
        status=response.status_code,
        body=content.decode(errors="replace"),
        headers=response.headers,
        cookies=response.cookies,
    )


def _post(client: Client, path: str, place: Place) -> HttpResponse:
    if path.startswith("/api/"):
        return client.post(path, {}, content_type="application/json")
    # No record of the world was ever saved that often: what writes a version is refused as stale.
    seen = NEVER_SAVED if path.startswith(("/records/", "/members/")) else place.event.pk
    return client.post(path, {"seen": seen, "reason": "材料不全"})
