"""建会率: how many associations are due and how many of them exist."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count
from django.db.models.functions import Left

from associations.enums import Level
from associations.models import Association
from associations.models.association import exists_on
from portal.lib.figures import percent_cut


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Associations of the divisions that are due and that are established; adds up over places and levels.

    Units: `percent` 0–100, cut to one decimal; None where nothing is due.
    """

    due: int = 0
    established: int = 0

    def __add__(self, other: "Coverage") -> "Coverage":
        return Coverage(due=self.due + other.due, established=self.established + other.established)

    @property
    def percent(self) -> Decimal | None:
        return percent_cut(self.established, self.due) if self.due else None


def coverage_by_place(code: str, *, width: int, on: date) -> dict[tuple[str, Level], Coverage]:
    """Count the subtree of `code` as it was on the day, in one grouped statement.

    Shape: for each place (the first `width` digits of the code) and level its coverage.
    """
    counts = (
        Association.objects.under_on(code, on=on)
        .divisions()
        .due(on=on)
        .annotate(place=Left("code_on", width))
        .order_by()
        .values("place", "level")
        .annotate(due=Count("pk"), established=Count("pk", filter=exists_on(on)))
    )
    return {
        (row["place"], Level(row["level"])): Coverage(due=row["due"], established=row["established"])
        for row in counts
    }
