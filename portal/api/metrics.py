"""Figures for Prometheus, in its text format."""

from collections.abc import Iterator

from django.db import connection

# One statement of its own: the endpoint has no user, and a scoped model is never read without one.
JOBS = """
    SELECT state, count(*), coalesce(extract(epoch FROM now() - min(created_at)), 0)
    FROM jobs_job WHERE state IN ('waiting', 'running') OR finished_at > now() - interval '1 day'
    GROUP BY state ORDER BY state
"""
STATES = ("waiting", "running", "done", "failed")


def metrics() -> str:
    """Return the page that Prometheus reads: jobs by state, and how long the oldest has waited."""
    with connection.cursor() as cursor:
        cursor.execute(JOBS)
        found = {state: (count, age) for state, count, age in cursor.fetchall()}
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
        connections = cursor.fetchone()[0]
    return (
        "\n".join([*_jobs(found), *_gauge("portal_database_connections", connections, "Connections")]) + "\n"
    )


def _jobs(found: dict[str, tuple[int, float]]) -> Iterator[str]:
    yield "# HELP portal_jobs Jobs by state; ended ones of the last day."
    yield "# TYPE portal_jobs gauge"
    for state in STATES:
        yield f'portal_jobs{{state="{state}"}} {found.get(state, (0, 0))[0]}'
    yield from _gauge(
        "portal_jobs_oldest_waiting_seconds",
        round(found.get("waiting", (0, 0))[1]),
        "Age of the oldest waiting job",
    )


def _gauge(name: str, value: int, meaning: str) -> Iterator[str]:
    yield f"# HELP {name} {meaning}."
    yield f"# TYPE {name} gauge"
    yield f"{name} {value}"
