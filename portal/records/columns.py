"""Short ways to declare the columns of a record type."""

from collections.abc import Callable
from decimal import Decimal
from operator import attrgetter, methodcaller

from django.db.models import Choices, Model

from portal.lib.money import yuan
from portal.lib.spreadsheet import Kind

from .personal_data import masks_of
from .types import Column


def text(name: str, label: str, *, path: str = "", sort: str = "", is_shown: bool = True) -> Column:
    """Name a text of the record; `path` leads to it where it is not a field of that name."""
    return Column(name=name, label=label, read=attrgetter(path or name), sort=sort, is_shown=is_shown)


def choice(name: str, label: str, *, is_shown: bool = True) -> Column:
    return Column(name=name, label=label, read=methodcaller(f"get_{name}_display"), is_shown=is_shown)


def day(name: str, label: str, *, sort: str = "", is_shown: bool = True) -> Column:
    return Column(name=name, label=label, read=attrgetter(name), kind=Kind.DATE, sort=sort, is_shown=is_shown)


def number(name: str, label: str, *, is_shown: bool = True) -> Column:
    return Column(name=name, label=label, read=attrgetter(name), kind=Kind.INTEGER, is_shown=is_shown)


def decimal(name: str, label: str, *, is_shown: bool = True) -> Column:
    return Column(name=name, label=label, read=attrgetter(name), kind=Kind.DECIMAL, is_shown=is_shown)


def money(name: str, label: str, *, is_shown: bool = True) -> Column:
    """Name an amount that is kept in fen; it is shown in yuan."""

    def read(record: Model) -> Decimal | None:
        fen = getattr(record, name)
        return None if fen is None else yuan(fen)

    return Column(name=name, label=label, read=read, kind=Kind.DECIMAL, is_shown=is_shown)


def yes_no(name: str, label: str, *, is_shown: bool = True) -> Column:
    return Column(
        name=name,
        label=label,
        read=lambda record: "是" if getattr(record, name) else "否",
        is_shown=is_shown,
    )


def labels(name: str, label: str, choices: type[Choices], *, is_shown: bool = True) -> Column:
    """Name a list of choices."""
    return Column(
        name=name,
        label=label,
        read=lambda record: "、".join(str(choices(each).label) for each in getattr(record, name)),
        is_shown=is_shown,
    )


def file(name: str, label: str, *, is_shown: bool = True) -> Column:
    """Name a stored file; the type's `related` loads it."""
    return Column(
        name=name,
        label=label,
        read=lambda record: str(getattr(record, name) or ""),
        is_shown=is_shown,
        is_file=True,
    )


def masked(
    name: str, label: str, *, whole: Callable[[Model], str] | None = None, is_shown: bool = True
) -> Column:
    """Name a text that nobody sees whole on lists, pages and exports; the registry says how it is masked.

    `whole` reads the text where the field holds it sealed.
    """
    text_of = whole or attrgetter(name)
    return Column(
        name=name,
        label=label,
        read=lambda record: masks_of(type(record))[name].hide(text_of(record)),
        is_shown=is_shown,
    )


def place(path: str = "association", *, label: str = "协会", sort: str = "") -> tuple[Column, Column]:
    """Name the association of a record and its code; the code sorts, along the index of the register."""
    way = path.replace(".", "__")
    return (
        Column(name="association", label=label, read=attrgetter(f"{path}.name")),
        Column(
            name="code",
            label=f"{label}代码",
            read=attrgetter(f"{path}.code"),
            sort=sort or f"{way}__code",
        ),
    )


def key() -> Column:
    """Sort by the order in which records were made, along the primary key."""
    return Column(
        name="number", label="编号", read=attrgetter("pk"), kind=Kind.INTEGER, sort="pk", is_shown=False
    )
