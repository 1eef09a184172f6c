"""Whom a record is about, and what holds for all that is on record about them."""

import re
from collections.abc import Collection, Iterator
from operator import attrgetter
from typing import cast

from django.db.models import BinaryField, Field, ForeignKey, Model, Q

from portal.accounts.models import User
from portal.accounts.scope import ScopedQuerySet

from .enums import Disposal
from .personal_data import PersonalModel, emptied, registry
from .types import rows_of

FROZEN, ERASED = "已冻结", "已删除"
NAMES_NOBODY = "事由将长期保存，请不要写姓名、电话、证件号码或住址"
ID_NUMBER = re.compile(r"[0-9]{17}[0-9Xx]|[0-9]{15}")
PHONE = re.compile(r"1[0-9]{10}")


def subject_of(record: Model) -> Model | None:
    """Follow the registry from a record to whom it is about; nobody where it does not say."""
    entry = registry().get(type(record))
    if entry is None or entry.subject is None:
        return None
    found: Model | None = record
    for name in _steps(entry):
        found = getattr(found, name) if found is not None else None
    return found


def is_frozen(record: Model) -> bool:
    """Tell whether the data of whom the record is about may be kept and not used."""
    return getattr(subject_of(record), "frozen_on", None) is not None


def lock_of(record: Model) -> str:
    """Say why nobody edits what is on record about them, or ""."""
    if is_frozen(record):
        return FROZEN
    return ERASED if getattr(subject_of(record), "erased_on", None) is not None else ""


def not_frozen(model: type[Model]) -> Q:
    """Return the condition that keeps rows about people whose data are not frozen."""
    return _unmarked(model, "frozen_on")


def not_locked(model: type[Model]) -> Q:
    """Return the condition that keeps the rows of which `lock_of` says nothing."""
    return _unmarked(model, "frozen_on") & _unmarked(model, "erased_on")


def locked_among(model: type[Model], keys: Collection[int]) -> int:
    """Count the rows with these keys, which the caller reaches, of which `lock_of` says something."""
    return len(keys) - rows_of(model).scoped().filter(not_locked(model), pk__in=keys).count()


def _unmarked(model: type[Model], mark: str) -> Q:
    entry = registry().get(model)
    if entry is None or entry.subject is None or not has_field(subject_model(entry), mark):
        return Q()
    return Q(**{f"{'__'.join([*_steps(entry), mark])}__isnull": True})


def subject_model(entry: PersonalModel) -> type[Model]:
    """Return the model of those whom the rows of an entry are about."""
    model = entry.model
    for name in _steps(entry):
        model = cast(ForeignKey, model._meta.get_field(name)).related_model
    return model


def rows_about(subject: Model) -> Iterator[tuple[PersonalModel, ScopedQuerySet]]:
    """Yield all that is on record about somebody, what rests on other rows before those.

    The rows are narrowed to nobody: the caller loaded the subject in scope.
    """
    about = [
        entry
        for entry in registry().values()
        if entry.subject is not None and subject_model(entry) is type(subject)
    ]
    for entry in sorted(about, key=lambda each: -len(_steps(each))):
        yield entry, rows_of(entry.model).scoped().filter(**{entry.subject or "pk": subject.pk})


def keys_of_deleted(entry: PersonalModel, *, of: set[int]) -> tuple[int, ...]:
    """Return the keys of rows about these subjects that were deleted since; their versions are still kept."""
    keys = of
    for name, model in reversed(_chain(entry)):
        if not is_tracked(model):
            return ()
        versions = attrgetter("pgh_event_model.objects")(model)
        keys = set(versions.filter(**{f"{name}__in": keys}).values_list("pgh_obj_id", flat=True))
    return tuple(keys - set(entry.model._base_manager.filter(pk__in=keys).values_list("pk", flat=True)))


def is_tracked(model: type[Model]) -> bool:
    return hasattr(model, "pgh_event_model")


def has_field(model: type[Model], name: str) -> bool:
    return name in {field.name for field in model._meta.concrete_fields}


def _chain(entry: PersonalModel) -> list[tuple[str, type[Model]]]:
    model, chain = entry.model, []
    for name in _steps(entry):
        chain.append((name, model))
        model = cast(ForeignKey, model._meta.get_field(name)).related_model
    return chain


def is_beyond_reach(subject: Model, *, by: User) -> bool:
    """Tell whether something about the subject lies at associations that the user does not reach."""
    return any(rows.exclude(pk__in=rows.visible_to(by)).exists() for _, rows in rows_about(subject))


def identifying_texts(subject: Model) -> set[str]:
    """Return the names, numbers and addresses by which the subject and their family are known."""
    texts: set[str] = set()
    for entry, rows in rows_about(subject):
        fields = [field.name for field in entry.fields if field.identifies]
        names = [name for name in fields if not isinstance(_field(entry, name), BinaryField)]
        for values in rows.values_list(*names) if names else ():
            texts.update(value for value in values if value)
    return texts - {field.replacement for entry in registry().values() for field in entry.fields}


def names_somebody(text: str, record: Model) -> bool:
    """Tell whether a text holds what points at whom the record is about, or any ID number or mobile phone."""
    subject = subject_of(record)
    texts = identifying_texts(subject) if subject is not None else set()
    return spells_number(text) or any(each in text for each in texts)


def spells_number(text: str) -> bool:
    """Tell whether a text holds any ID number or mobile phone."""
    return bool(ID_NUMBER.search(text) or PHONE.search(text))


def erased_values(entry: PersonalModel) -> dict[str, object]:
    """Return what an erasure writes into the fields of a model."""
    return {
        field.name: field.replacement or emptied(_field(entry, field.name))
        for field in entry.fields
        if field.disposal is not Disposal.KEEP
    }


def _field(entry: PersonalModel, name: str) -> Field:
    return cast(Field, entry.model._meta.get_field(name))


def _steps(entry: PersonalModel) -> list[str]:
    return entry.subject.split("__") if entry.subject else []
