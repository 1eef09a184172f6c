"""Every column that sorts a list follows an index: nothing is sorted in memory, however long the list is."""

import json

import pytest
from django.db import connection

from portal.records.queries import Order
from portal.records.registry import registered

SORTED = [
    (record_type, column) for record_type in registered() for column in record_type.columns if column.sort
]


def nodes(plan):
    yield plan["Node Type"]
    for below in plan.get("Plans", ()):
        yield from nodes(below)


def plan_of(record_type, path):
    rows = record_type.records().scoped().select_related(None)
    ordered = rows.order_by(*Order(path=path).columns(is_reversed=False)).values_list("pk")
    with connection.cursor() as cursor:
        # So small a table is rather sorted than read along an index; where there is none, it still is.
        for setting in (
            "enable_sort",
            "enable_seqscan",
            "enable_hashjoin",
            "enable_mergejoin",
            "enable_bitmapscan",
        ):
            cursor.execute(f"SET LOCAL {setting} = off")
    return set(nodes(json.loads(ordered[:51].explain(format="json"))[0]["Plan"]))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("record_type", "column"), SORTED, ids=lambda each: getattr(each, "slug", "") or each.name
)
def test_sortable_column_follows_an_index(record_type, column):
    assert "Sort" not in plan_of(record_type, column.sort)


@pytest.mark.django_db
def test_column_without_an_index_is_noticed():
    people = next(each for each in registered() if each.slug == "people")

    assert "Sort" in plan_of(people, "workplace")
