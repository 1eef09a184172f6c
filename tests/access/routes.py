"""Every address of the portal, and the reviewed table of who may ask for it."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from .world import Place, World

MATRIX = Path(__file__).parent / "matrix.csv"
ROLES = ("anonymous", "outsider", "office", "verifier", "leader", "family", "auditor", "administrator")
# Values of the parameters that say no association; the rest comes from the place.
CONSTANTS = {"milestone": "plan-issued", "kind": "quota", "format": "json", "step": "1"}

# Exists on developers' machines only.
DEBUG_ONLY = "dashboards:gallery"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One route and method: the status that each role gets, and whose record its address names.

    A cell is one status, or `own/below` where they differ. Outside the grant a route with a target is 404.
    """

    route: str
    method: str
    target: str
    cells: dict[str, str]

    def __str__(self) -> str:
        return f"{self.method} {self.route}"

    def expected(self, role: str, place: str) -> int:
        own, _, below = self.cells[role].partition("/")
        if not self.target or role == "anonymous":
            return int(own)
        if place == "own":
            return int(own)
        return int(below or own) if place == "below" else 404

    def path(self, place: Place) -> str:
        pattern = PATTERNS[self.route]
        values = {name: self._value(name, place) for name in pattern.converters}
        return pattern.path(values)

    def _value(self, name: str, place: Place) -> str:
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name == "code":
            return place.code
        if name == "name":
            return place.report_file
        return str(getattr(place, self.target).pk)


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


def ask(here: World, row: Row, role: str, place: str, method: str = "") -> HttpResponseBase:
    """Send the row's request as the role about the place's record, and undo what it wrote."""
    method = method or row.method
    client = Client(raise_request_exception=False)
    if role != "anonymous":
        client.force_login(here.users[role])
    path = row.path(here.places[place])
    body = {"data": {}, "content_type": "application/json"} if path.startswith("/api/") else {}
    with transaction.atomic():
        response = getattr(client, method.lower())(path, **body if method != "GET" else {})
        transaction.set_rollback(True)
    return response
