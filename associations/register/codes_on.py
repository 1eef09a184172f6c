"""The codes that associations bore on a day."""

from collections.abc import Iterable
from datetime import date

from associations.enums import CODE_WIDTH, SuccessionKind
from associations.models import Association, Succession


class CodesOn:
    """The codes of one day: those that changed since, and the present ones for the rest."""

    def __init__(self, on: date) -> None:
        later = Succession.objects.scoped().filter(on__gt=on, kind=SuccessionKind.RECODE)
        newest_first = later.order_by("-on", "-pk").values_list("association_id", "old_code")
        self.changed = dict(newest_first)

    def of(self, association: Association) -> str:
        return self.changed.get(association.pk, association.code)


def common_node(codes: Iterable[str]) -> str:
    """Return the code of the lowest place that all codes lie in or are; empty where they share none."""
    present = list(codes)
    first, last = min(present, default=""), max(present, default="")
    # What the first and the last in order share, all between them share.
    shared = (first[:width] for width in CODE_WIDTH.values() if first[:width] == last[:width])
    return max((code.partition("-")[0] for code in shared), key=len, default="")
