"""Figures for Prometheus, in its text format."""

from collections.abc import Iterator

from django.db import Error, connection

from portal.jobs.queries import Ages
from portal.lib import limits

from .readiness import Readiness, readiness

# One statement of its own: the endpoint has no user, and a scoped model is never read without one.
JOBS = """
    SELECT state, count(*) FROM jobs_job
    WHERE state IN ('waiting', 'running') OR finished_at > now() - interval '1 day'
    GROUP BY state ORDER BY state
"""
CONNECTIONS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
STATES = ("waiting", "running", "done", "failed")


def metrics() -> str:
    """Return the page that Prometheus reads: the parts of `/readyz`, jobs by state, how long things wait.

    While the database is away the page says so and leaves out what only the database knows.
    """
    found = readiness()
    lines = [*_parts(found)]
    # Of this process, which asks the broker by itself.
    lines += _gauge("portal_limits_counted", int(limits.are_counted()), "1 when limits are counted")
    if found.ages is not None:
        lines += _ages(found.ages)
    if found.parts["database"]:
        try:
            lines += _counts()
        except Error:
            lines += ["# The database went away."]
    return "\n".join(lines) + "\n"


def _parts(found: Readiness) -> Iterator[str]:
    yield from _gauge("portal_ready", int(found.is_ready), "1 when this process can serve")
    yield from _gauge("portal_degraded", int(found.is_degraded), "1 when a part is missing")
    yield "# HELP portal_part_works Parts by name, 1 when the part works."
    yield "# TYPE portal_part_works gauge"
    for name, works in found.parts.items():
        yield f'portal_part_works{{part="{name}"}} {int(works)}'


def _ages(ages: Ages) -> Iterator[str]:
    # A process that was never heard of has no age; its part says so.
    for process, age in (("beat", ages.beat), ("sweeper", ages.sweeper)):
        if age is not None:
            yield from _gauge(f"portal_{process}_age_seconds", round(age), f"Since {process} was heard of")
    oldest = round(ages.oldest_waiting_job or 0)
    yield from _gauge("portal_jobs_oldest_waiting_seconds", oldest, "Age of the oldest waiting job")


def _counts() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(JOBS)
        counts = dict(cursor.fetchall())
        cursor.execute(CONNECTIONS)
        connections = cursor.fetchone()[0]
    return [
        "# HELP portal_jobs Jobs by state; ended ones of the last day.",
        "# TYPE portal_jobs gauge",
        *(f'portal_jobs{{state="{state}"}} {counts.get(state, 0)}' for state in STATES),
        *_gauge("portal_database_connections", connections, "Connections"),
    ]


def _gauge(name: str, value: int, meaning: str) -> Iterator[str]:
    yield f"# HELP {name} {meaning}."
    yield f"# TYPE {name} gauge"
    yield f"{name} {value}"
