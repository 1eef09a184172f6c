"""Take a batch back: what it made is deleted, what it changed is as it was."""

from django.db.models import Model

from . import bulk_sql
from .lines import Draft
from .models import ImportBatch
from .types import ImportType

AT_ONCE = 2_000


def take_back(batch: ImportBatch, import_type: ImportType) -> None:
    """Undo every row of a batch; called with all of them locked and no obstacle found."""
    for model in reversed(import_type.models):
        rows = batch.rows.filter(model=model._meta.label_lower).order_by("pk")
        made = list(rows.filter(before__isnull=True).values_list("key", flat=True))
        if made:
            bulk_sql.delete(model, made)
        changed = list(rows.filter(before__isnull=False).values_list("key", "before"))
        for first in range(0, len(changed), AT_ONCE):
            _restore(model, dict(changed[first : first + AT_ONCE]))


def _restore(model: type[Model], before: dict[int, dict[str, object]]) -> None:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    drafts = []
    for record in model._base_manager.filter(pk__in=list(before)):
        values = before[record.pk]
        for name, value in values.items():
            setattr(record, name, fields[name].to_python(value))
        drafts.append(Draft(record=record, before=values))
    bulk_sql.update(drafts)
