"""Blank personal data in the versions that the history keeps."""

from collections.abc import Iterable, Mapping

import pgtrigger
from django.db.models import Model

from portal.accounts.models import User


def blank_versions(
    *, model: type[Model], keys: Iterable[int], fields: Mapping[str, object], by: User, reason: str
) -> int:
    """Write these values into every kept version of the rows; return how many versions there were.

    Fields that the history does not keep are passed over.
    """
    event = model.pgh_event_model  # type: ignore[attr-defined]  # given by `tracked`
    kept = {field.name for field in event._meta.concrete_fields}
    values = {name: value for name, value in fields.items() if name in kept}
    if not values:
        return 0
    with pgtrigger.ignore(f"{event._meta.label}:append_only"):
        return int(event.objects.filter(pgh_obj_id__in=list(keys)).update(**values))
