"""One function a goal; each makes the data that it needs and returns its figures."""

import gzip
import io
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from statistics import median

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from associations.enums import Level
from associations.models import Association
from associations.register.imports import OFFICIAL_LIST, import_divisions
from portal.oversight.quotas import quotas_of_many
from portal.oversight.reform import statuses_of_many

DAY = date(2026, 10, 31)
ROUNDS = 7


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the table: what was measured, the ratio or time, the goal and the size of the data."""

    name: str
    value: str
    goal: str
    data: str


def seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def division_list() -> list[Figure]:
    """S6: the official list into an empty register, against a bare COPY of it with the same indexes."""
    with gzip.open(OFFICIAL_LIST, "rt", encoding="utf-8") as listed:
        rows = listed.read()
    with connection.cursor() as cursor:
        cursor.execute('CREATE TEMP TABLE bare (code varchar(20) COLLATE "C", name varchar(100))')

        def copy() -> None:
            cursor.copy_expert("COPY bare FROM STDIN (FORMAT csv, HEADER)", io.StringIO(rows))
            cursor.execute("CREATE UNIQUE INDEX ON bare (code)")
            cursor.execute("CREATE INDEX ON bare USING gin (name gin_trgm_ops)")

        bare = seconds(copy)
    whole = seconds(lambda: import_divisions(OFFICIAL_LIST))
    again = seconds(lambda: import_divisions(OFFICIAL_LIST))
    size = f"{Association.objects.count():,} associations"
    connection.cursor().execute("TRUNCATE associations_association CASCADE")
    return [
        Figure(name="S6 division list, seconds", value=f"{whole:.1f}", goal="< 60", data=size),
        Figure(
            name="S6 division list / (COPY + indexes)", value=f"{whole / bare:.2f}", goal="≤ 2", data=size
        ),
        Figure(name="S6 division list again, seconds", value=f"{again:.1f}", goal="", data=size),
    ]


def demo() -> list[Figure]:
    """The demo data from nothing; what follows measures on it."""
    took = seconds(lambda: call_command("load_demo", stdout=io.StringIO()))
    size = f"{Association.objects.count():,} associations"
    return [Figure(name="demo data, seconds", value=f"{took:.1f}", goal="< 90", data=size)]


def verdicts() -> list[Figure]:
    """S9: quotas and reform of all counties of a province, against one county."""
    counties = list(Association.objects.filter(level=Level.COUNTY, code__startswith="36"))
    figures = []
    for name, judge in (("quotas", quotas_of_many), ("reform", statuses_of_many)):
        with CaptureQueriesContext(connection) as captured:
            judge(counties, on=DAY)
        pairs = [
            (seconds(lambda: judge(counties, on=DAY)), seconds(lambda: judge(counties[:1], on=DAY)))  # noqa: B023
            for _ in range(ROUNDS)
        ]
        size = f"{len(counties)} counties, {len(captured)} statements"
        took = median(many for many, _ in pairs)
        ratio = median(many / one for many, one in pairs)
        figures += [
            Figure(name=f"S9 {name} of a province, ms", value=f"{took * 1000:.0f}", goal="< 300", data=size),
            Figure(name=f"S9 {name} of a province / one county", value=f"{ratio:.1f}", goal="≤ 5", data=size),
        ]
    return figures


ALL = (division_list, demo, verdicts)
