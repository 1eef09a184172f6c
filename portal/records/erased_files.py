"""What an erasure takes out besides rows: files of lists, imports, conditions that spell a name."""

from urllib.parse import quote_plus

from django.apps import apps
from django.db.models import Q

from portal.lib.dates import now

from . import export_files
from .erasure import Erased, erasure_step
from .importing.erasing import take_out_of_imports
from .models import Export, SavedFilter
from .registry import registered


@erasure_step
def remove_exports(erased: Erased) -> None:
    """Remove every kept file of a list that may hold one of the rows; it can be exported again.

    One that is being made is taken out as well: its worker finds so when it is done. Files go even if the
    erasure is undone after all: better one export less than one that nobody may keep.
    """
    models = {apps.get_model(label) for label, keys in erased.keys.items() if keys}
    slugs = [record_type.slug for record_type in registered() if record_type.model in models]
    exports = Export.objects.filter(Q(slug__in=slugs) | _spelled(erased), removed_at__isnull=True)
    # Held first: a worker that finishes now has put down its file, or waits and finds the export gone.
    for export in exports.select_for_update(no_key=True).order_by("pk"):
        if export.sha256:
            export_files.path_of(export).unlink(missing_ok=True)
        Export.objects.filter(pk=export.pk).update(removed_at=now())


@erasure_step
def forget_conditions(erased: Erased) -> None:
    """Delete saved filters that spell an erased text, and blank the conditions of exports that do."""
    SavedFilter.objects.filter(_spelled(erased) | _named(erased)).delete()
    Export.objects.filter(_spelled(erased)).update(query="")


def _spelled(erased: Erased) -> Q:
    spelled = Q(pk__in=[])
    for text in erased.texts:
        spelled |= Q(query__contains=quote_plus(text)) | Q(query__contains=text)
    return spelled


def _named(erased: Erased) -> Q:
    named = Q(pk__in=[])
    for text in erased.texts:
        named |= Q(name__contains=text)
    return named


__all__ = ["forget_conditions", "remove_exports", "take_out_of_imports"]
