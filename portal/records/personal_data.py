"""Which data about people are kept: the `personal_data.yaml` of each room, read by people and run here."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import yaml
from django.apps import AppConfig, apps
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db.models import CharField, Field, JSONField, Model, TextField

from portal.lib.masks import mask_address, mask_id_number, mask_phone

from .enums import Category, Disposal

FILE = "personal_data.yaml"
SELF = "self"
MODEL_KEYS = {"label", "subject", "purpose", "basis", "seen_by", "kept", "rows", "because", "fields", "other"}
OPTIONAL_KEYS = {"label", "subject", "rows", "because", "other"}
FIELD_KEYS = {"label", "category", "mask", "identifies", "erasure"}


class RegistryError(ValueError):
    """A registry that cannot be read or that names what is not there; the message names file and place."""


@dataclass(frozen=True, kw_only=True)
class Mask:
    """How a value is shown, on pages, over REST and in files alike."""

    label: str
    hide: Callable[[str], str]


MASKS = {
    "phone": Mask(label="前三后四", hide=mask_phone),
    "address": Mask(label="到乡镇街道", hide=mask_address),
    "id-number": Mask(label="仅首位", hide=mask_id_number),
}


@dataclass(frozen=True, kw_only=True)
class PersonalField:
    """One field; `identifies`: its text alone points at somebody; `replacement` is what an erasure leaves."""

    name: str
    label: str
    category: Category
    mask: Mask | None
    identifies: bool
    disposal: Disposal
    replacement: str


@dataclass(frozen=True, kw_only=True)
class PersonalModel:
    """A model with data about people; `subject` leads from a row to whom it is about, "" is the row itself.

    Without a subject (None) nobody asks for its erasure: colleagues, contacts of offices. An erasure deletes
    the rows, or keeps them for the reason `because` without what the fields say.
    """

    model: type[Model]
    label: str
    subject: str | None
    purpose: str
    basis: str
    seen_by: str
    kept: str
    deletes_rows: bool
    because: str
    fields: tuple[PersonalField, ...]

    @property
    def masks(self) -> dict[str, Mask]:
        return {field.name: field.mask for field in self.fields if field.mask}


@cache
def registry() -> Mapping[type[Model], PersonalModel]:
    """Return every model with data about people.

    Raises: RegistryError.
    """
    return {entry.model: entry for entry in _entries()}


def masks_of(model: type[Model]) -> dict[str, Mask]:
    """Return the masks of a model's fields, none for a model without data about people."""
    entry = registry().get(model)
    return entry.masks if entry else {}


def labels_of(model: type[Model]) -> dict[str, str]:
    """Name the masked fields of a model, as people call them."""
    entry = registry().get(model)
    masked = [field for field in entry.fields if field.mask] if entry else []
    return {field.name: field.label.removesuffix("(密文)") for field in masked}


def fields_to_name(model: type[Model]) -> list[Field]:
    """List the fields that a registry accounts for; keys, relations and versions say nothing of anybody."""
    return [
        field
        for field in model._meta.concrete_fields
        if not field.primary_key and not field.is_relation and field.name != "version"
    ]


def emptied(field: Field) -> object:
    """Return what a field holds once it is blanked.

    Raises: ValueError for a field that can be neither empty nor null.
    """
    if field.null:
        return None
    if isinstance(field, ArrayField):
        return []
    if isinstance(field, JSONField):
        return {}
    if isinstance(field, CharField | TextField):
        return ""
    raise ValueError("该字段不能清空")


def models_free_of_personal_data() -> dict[type[Model], str]:
    """Return the models declared to hold nothing about people, and what they are called.

    Those of libraries name all their columns, so that an upgrade that brings one is noticed.
    Raises: RegistryError.
    """
    free = {}
    for config, path in _files():
        for name in _mapping(path).get("free_of_personal_data", []):
            model = _model(name, config, path)
            free[model] = str(model._meta.verbose_name)
        for name, section in _mapping(path).get("libraries_free_of_personal_data", {}).items():
            model = _any_model(name, config, path)
            _refuse_unaccounted(model, section["columns"], f"{path.parent.name}/{FILE}: {name}")
            free[model] = section["label"]
    return free


def _files() -> list[tuple[AppConfig, Path]]:
    paths = [(config, Path(config.path) / FILE) for config in apps.get_app_configs()]
    return [(config, path) for config, path in paths if path.exists()]


def _entries() -> Iterator[PersonalModel]:
    for config, path in _files():
        for name, section in _mapping(path).get("models", {}).items():
            model = _any_model(name, config, path)
            place = f"{path.parent.name}/{FILE}: {name}"
            _refuse_unknown(section, MODEL_KEYS, place)
            if missing := MODEL_KEYS - OPTIONAL_KEYS - set(section):
                raise RegistryError(f"{place}: 缺少 {'、'.join(sorted(missing))}")
            yield _entry(model, section, place)


def _entry(model: type[Model], section: Mapping, place: str) -> PersonalModel:
    subject = section.get("subject")
    rows = section.get("rows", "keep")
    if rows not in ("keep", "delete"):
        raise RegistryError(f"{place}: rows 须为 keep 或 delete")
    if subject and rows == "keep" and not section.get("because"):
        raise RegistryError(f"{place}: 删除时保留记录的，须在 because 写明理由")
    fields = tuple(_field(model, name, line, place) for name, line in section["fields"].items())
    _refuse_unaccounted(model, [*(field.name for field in fields), *section.get("other", ())], place)
    return PersonalModel(
        model=model,
        label=section.get("label", str(model._meta.verbose_name)),
        subject="" if subject == SELF else subject,
        deletes_rows=rows == "delete",
        because=section.get("because", ""),
        fields=fields,
        **{key: str(section[key]) for key in ("purpose", "basis", "seen_by", "kept")},
    )


def _field(model: type[Model], name: str, line: Mapping, place: str) -> PersonalField:
    place = f"{place}.{name}"
    _refuse_unknown(line, FIELD_KEYS, place)
    try:
        field = cast(Field, model._meta.get_field(name))
        mask = MASKS[line["mask"]] if "mask" in line else None
        erasure = line["erasure"]
        if erasure == Disposal.BLANK:
            emptied(field)
        replacement = erasure.get(Disposal.REPLACE, "") if isinstance(erasure, Mapping) else ""
        return PersonalField(
            name=name,
            label=line.get("label", str(field.verbose_name)),
            category=Category(line["category"]),
            mask=mask,
            identifies=bool(line.get("identifies", False)),
            disposal=Disposal.REPLACE if replacement else Disposal(erasure),
            replacement=str(replacement),
        )
    except (FieldDoesNotExist, KeyError, ValueError) as error:
        raise RegistryError(f"{place}: {error}") from error


def _model(name: str, config: AppConfig, path: Path) -> type[Model]:
    try:
        return config.get_model(name)
    except LookupError:
        raise RegistryError(f"{path.parent.name}/{FILE}: 没有 {name} 这个模型") from None


def _any_model(name: str, config: AppConfig, path: Path) -> type[Model]:
    # A library's model is named with its application, by the room that brought the library in.
    label, dot, model = name.partition(".")
    return _model(model, apps.get_app_config(label), path) if dot else _model(name, config, path)


def _mapping(path: Path) -> Mapping:
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(found, Mapping):
        raise RegistryError(f"{path.parent.name}/{FILE}: 文件是空的")
    return found


def _refuse_unaccounted(model: type[Model], columns: Iterable[str], place: str) -> None:
    named = set(columns)
    asked = {field.name for field in fields_to_name(model)}
    if named != asked:
        raise RegistryError(f"{place}: 未登记 {sorted(asked - named)}，已不存在 {sorted(named - asked)}")


def _refuse_unknown(section: Mapping, known: set[str], place: str) -> None:
    if unknown := set(section) - known:
        raise RegistryError(f"{place}: 不认识 {'、'.join(sorted(map(str, unknown)))}")
