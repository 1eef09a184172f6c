"""Every route × every role × inside and outside the grant.

A new route needs its lines in matrix.csv: route (its name, or its address where it has none), method, target
(the record of `world.Place` that the address names: code, policy, event, report, job …; empty where it names
none) and for each role the status, written as `routes.Row` says. A method without a line is refused.
"""

import pytest

from .headers import flaws_of
from .routes import PATTERNS, ROLES, ask, read_matrix

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ROWS = read_matrix()
BY_KEY = {(row.route, row.method): row for row in ROWS}


def test_matrix_lists_every_route_once():
    listed = {row.route for row in ROWS}

    assert (set(PATTERNS) - listed, listed - set(PATTERNS)) == (set(), set())
    assert len(ROWS) == len(BY_KEY)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_route_answers_as_the_matrix_says(here, row):
    cells = [(role, place) for role in ROLES for place in row.places(role)]

    answers = {cell: ask(here, row, *cell) for cell in cells}

    statuses = {cell: answer.status for cell, answer in answers.items()}
    assert statuses == {(role, place): row.expected(role, place) for role, place in cells}
    # Whatever the status, and whoever asked.
    assert {cell: flaws for cell, answer in answers.items() if (flaws := flaws_of(answer))} == {}


@pytest.mark.parametrize("row", {row.route: row for row in ROWS}.values(), ids=lambda row: row.route)
def test_route_refuses_every_method_without_a_line(here, row):
    others = [method for method in METHODS if (row.route, method) not in BY_KEY]

    statuses = {method: ask(here, row, "office", "own", method=method).status for method in others}

    assert statuses == dict.fromkeys(others, 405)
