import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

import pytest

from portal.lib.json_codec import from_json, to_json


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, kw_only=True)
class Leaf:
    percent: Decimal | None
    colour: Colour


@dataclass(frozen=True, kw_only=True)
class Tree:
    name: str
    count: int
    is_tall: bool
    on: date
    at: datetime
    leaves: tuple[Leaf, ...]


TREE = Tree(
    name="树",
    count=3,
    is_tall=True,
    on=date(2021, 6, 30),
    at=datetime(2021, 6, 30, 8, 0, 1, 123456, tzinfo=UTC),
    leaves=(Leaf(percent=Decimal("40.00"), colour=Colour.RED), Leaf(percent=None, colour=Colour.RED)),
)


def test_dataclass_comes_back_exactly():
    again = from_json(Tree, json.loads(json.dumps(to_json(TREE))))

    assert again == TREE
    assert str(again.leaves[0].percent) == "40.00"
    assert type(again.leaves[0].colour) is Colour


def test_json_writes_decimals_and_days_as_text():
    assert to_json(TREE) == {
        "name": "树",
        "count": 3,
        "is_tall": True,
        "on": "2021-06-30",
        "at": "2021-06-30T08:00:01.123456+00:00",
        "leaves": [{"percent": "40.00", "colour": "red"}, {"percent": None, "colour": "red"}],
    }


def test_float_has_no_exact_json():
    with pytest.raises(TypeError, match="no exact JSON for float"):
        to_json((1.5,))


@pytest.mark.parametrize(
    ("change", "error"),
    [({"count": "3"}, TypeError), ({"on": "gestern"}, ValueError), ({"leaves": [{}]}, KeyError)],
)
def test_data_of_another_shape_are_refused(change, error):
    with pytest.raises(error):
        from_json(Tree, to_json(TREE) | change)


@dataclass(frozen=True, kw_only=True)
class Grown:
    name: str
    rings: int = 0


def test_field_with_a_default_may_be_missing_and_no_other():
    assert from_json(Grown, {"name": "树"}) == Grown(name="树")
    with pytest.raises(KeyError):
        from_json(Grown, {"rings": 3})
