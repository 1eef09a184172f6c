"""What imports still hold of somebody who is erased (docs/adr/0041)."""

from collections.abc import Collection

from portal.lib.sealed import SealError
from portal.lib.tables.places import TableRefused
from portal.records.erasure import Erased, erasure_step

from .actions import drop_files
from .checking import opened_table
from .models import ImportBatch, ImportedRow
from .registry import type_of
from .sealed_files import opened


@erasure_step
def take_out_of_imports(erased: Erased) -> None:
    """Forget what rows were before an import, and remove the waiting files that name the person.

    The rows stay with their versions, so that an undo of their batch is refused.
    """
    for label, keys in erased.keys.items():
        rows = ImportedRow.objects.filter(model__iexact=label, key__in=keys, before__isnull=False)
        rows.update(before={})
    for key in ImportBatch.objects.scoped().with_files().order_by("pk").values_list("pk", flat=True):
        # Held and read anew, one by one: a worker that writes it has ended by then, or finds its file gone.
        batch = (
            ImportBatch.objects.scoped().with_files().select_for_update(no_key=True).filter(pk=key).first()
        )
        if batch and _names(batch, erased.texts):
            drop_files(batch)
    for text in erased.texts:
        ImportBatch.objects.scoped().filter(name__contains=text).update(name="已删除.xlsx")


def _names(batch: ImportBatch, texts: Collection[str]) -> bool:
    try:
        with opened_table(opened(batch.file_key), type_of(batch.type)) as table:
            cells = (str(cell) for row in table.rows for cell in row.cells.values())
            return any(text in cell for cell in cells for text in texts)
    except (TableRefused, FileNotFoundError, SealError):
        # Nobody can tell what is in it, and nobody can import it either.
        return True
