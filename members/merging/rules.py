"""What becomes of spells that two records have in the same place: pure claims on days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal.lib.dates import official_day


@dataclass(frozen=True, kw_only=True)
class Span:
    """The days of one row, both inclusive; open without an end."""

    key: int
    starts_on: date
    ends_on: date | None

    def __str__(self) -> str:
        return f"{official_day(self.starts_on)}至{official_day(self.ends_on) if self.ends_on else '今'}"


def clusters(spans: Sequence[Span]) -> list[tuple[Span, ...]]:
    """Group the spans that share days, directly or by way of another; the earliest first."""
    found: list[list[Span]] = []
    for span in sorted(spans, key=lambda each: (each.starts_on, each.key)):
        if found and _reaches(found[-1], span.starts_on):
            found[-1].append(span)
        else:
            found.append([span])
    return [tuple(group) for group in found]


def joined(spans: Sequence[Span], *, key: int) -> Span:
    """Return the one span from the first to the last day of all, under the key of the row that stays."""
    ends = [span.ends_on for span in spans if span.ends_on is not None]
    return Span(
        key=key,
        starts_on=min(span.starts_on for span in spans),
        ends_on=max(ends) if len(ends) == len(spans) else None,
    )


def _reaches(group: Sequence[Span], day: date) -> bool:
    return any(span.ends_on is None or span.ends_on >= day for span in group)
