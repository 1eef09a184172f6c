"""Take out what is on record about somebody, as the registry says: rows, their history and all else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Model, ProtectedError

from portal.accounts.models import User
from portal.accounts.scope import guarded
from portal.audit.erasing import Blanks, blank_versions

from .personal_data import PersonalModel, registry
from .saving import refusal
from .subjects import (
    erased_values,
    has_field,
    identifying_texts,
    is_tracked,
    keys_of_deleted,
    rows_about,
)


@dataclass(frozen=True, kw_only=True)
class Erased:
    """What was erased: keys of rows by model label, and the texts that must be found nowhere any more."""

    keys: Mapping[str, tuple[int, ...]]
    texts: frozenset[str]


Step = Callable[[Erased], None]
erasure_steps: list[Step] = []


def erasure_step(step: Step) -> Step:
    """Register what a room takes out besides rows: files made of them, copies kept elsewhere."""
    erasure_steps.append(step)
    return step


def blanks_of_history() -> Blanks:
    """Return what an erasure leaves in the versions of every model that is about somebody.

    Raises: RegistryError.
    """
    about = [entry for entry in registry().values() if entry.subject is not None]
    return {entry.model: erased_values(entry) for entry in about if is_tracked(entry.model)}


@transaction.atomic
def erase(
    subject: Model,
    *,
    marks: Mapping[str, object],
    sealed: frozenset[str],
    earlier: frozenset[int],
    by: User,
    reason: str,
) -> Erased:
    """Blank or delete every row about the subject, all its versions, and what registered steps know of.

    `marks` are written into the subject's own row where it stays; `sealed` are texts of theirs that the rows
    hold sealed; `earlier` are the keys of rows that were merged into theirs.
    Raises: RuleViolation while records that the registry does not name rest on a deleted row.
    """
    texts = frozenset(identifying_texts(subject)) | sealed
    keys: dict[str, tuple[int, ...]] = {}
    with guarded(False):
        for entry, rows in rows_about(subject):
            found = tuple(rows.values_list("pk", flat=True))
            gone = keys_of_deleted(entry, of={subject.pk, *earlier})
            keys[entry.model._meta.label_lower] = (*found, *gone)
            _erase_rows(entry, found, marks=marks if entry.subject == "" else {})
            if is_tracked(entry.model):
                blank_versions(
                    model=entry.model,
                    keys=keys[entry.model._meta.label_lower],
                    by=by,
                    reason=reason,
                )
        erased = Erased(keys=keys, texts=texts)
        for step in erasure_steps:
            step(erased)
    return erased


def _erase_rows(entry: PersonalModel, keys: tuple[int, ...], *, marks: Mapping[str, object]) -> None:
    rows = entry.model._base_manager.filter(pk__in=keys)
    if not entry.deletes_rows:
        moved_on = {"version": F("version") + 1} if has_field(entry.model, "version") else {}
        rows.update(**erased_values(entry), **marks, **moved_on)
        return
    try:
        rows.delete()
    except ProtectedError as error:
        resting = sorted({str(each._meta.verbose_name) for each in error.protected_objects})
        raise refusal(f"还有{'、'.join(resting)}引用该记录，不能删除", code="in_use") from error
