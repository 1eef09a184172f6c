"""Short ways to declare the columns of an import type, as wide as the fields that they fill."""

from collections.abc import Callable
from typing import cast

from django.db.models import CharField, Choices, Model, TextField

from portal.lib.findings import Finding
from portal.lib.masks import STAR
from portal.lib.tables.cells import Value, as_choice, as_day, as_flag, as_text, unreadable

from .types import CODE, ImportColumn

DAY_FORM = "日期，年在前，如 2026-06-09"


def code(example: str = "360102001001") -> ImportColumn:
    """Name the association of the row."""
    return ImportColumn(
        name=CODE,
        header="协会代码",
        read=as_text,
        form="协会的代码",
        example=example,
        is_required=True,
        note="可在“组织”页查到；须在您的管理范围内",
    )


def text(
    model: type[Model],
    name: str,
    *,
    example: str,
    key: str = "",
    header: str = "",
    is_required: bool = False,
    note: str = "",
) -> ImportColumn:
    """Name a text, no longer than the field that keeps it; its value is called `key` or like the field."""
    field = cast(CharField | TextField, model._meta.get_field(name))
    longest = field.max_length or 0
    return ImportColumn(
        name=key or name,
        header=header or str(field.verbose_name),
        read=_no_longer(longest),
        form=f"文本，不超过{longest}个字",
        example=example,
        is_required=is_required,
        note=note,
        field=(model, name),
    )


def day(
    name: str, header: str, *, example: str = "2026-06-09", is_required: bool = False, note: str = ""
) -> ImportColumn:
    return ImportColumn(
        name=name,
        header=header,
        read=as_day,
        form=DAY_FORM,
        example=example,
        is_required=is_required,
        note=note,
    )


def choice(
    name: str, header: str, labels: type[Choices], *, is_required: bool = False, note: str = ""
) -> ImportColumn:
    """Name one of some labels; what is kept is its value."""
    values = {str(label): value for value, label in labels.choices}
    return ImportColumn(
        name=name,
        header=header,
        read=as_choice(values),
        form="下拉列表中的一项",
        example=next(iter(values)),
        is_required=is_required,
        choices=tuple(values),
        note=note,
    )


def flag(name: str, header: str, *, note: str = "") -> ImportColumn:
    return ImportColumn(
        name=name,
        header=header,
        read=as_flag,
        form="是或否",
        example="否",
        choices=("是", "否"),
        note=note,
    )


def _no_longer(longest: int) -> Callable[[Value], str | Finding | None]:
    def read(value: Value) -> str | Finding | None:
        given = as_text(value)
        if isinstance(given, str) and STAR in given:
            return unreadable("含有星号，是隐去了一部分的内容，请填写完整的内容或清空")
        if isinstance(given, str) and len(given) > longest:
            return unreadable(f"应不超过{longest}个字，这里有{len(given)}个")
        return given

    return read
