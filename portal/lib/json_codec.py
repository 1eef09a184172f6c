"""Frozen dataclasses as JSON and back, exactly: what is stored makes the same object again."""

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import TypeVar, Union, cast, get_args, get_origin, get_type_hints

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]
T = TypeVar("T")


def to_json(value: object) -> Json:
    """Return what `json.dumps` takes: a Decimal and a day as text, an enumeration as its value.

    Raises: TypeError for a type that has no exact form in JSON, a float among them.
    """
    match value:
        case Enum():
            return to_json(value.value)
        case None | bool() | int() | str():
            return value
        case Decimal():
            return str(value)
        case date():
            return value.isoformat()
        case tuple() | list():
            return [to_json(item) for item in value]
    if is_dataclass(value):
        return {field.name: to_json(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"no exact JSON for {type(value).__name__}")


def from_json(kind: type[T], data: object) -> T:
    """Return the dataclass that `to_json` was given, by its type hints.

    A field that has a default may be missing: what was stored before there was such a field stays readable.
    Raises: KeyError, TypeError or ValueError when the data are not those of that dataclass.
    """
    return cast(T, _read(kind, data))


def _read(hint: object, data: object) -> object:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return None if data is None else _read(_given(hint), data)
    if origin is tuple:
        return tuple(_read(get_args(hint)[0], item) for item in cast(Sequence[object], data))
    if not isinstance(hint, type):
        raise TypeError(f"no reader for {hint}")
    if is_dataclass(hint):
        found = cast(Mapping[str, object], data)
        optional = _with_default(hint)
        given = {name: inner for name, inner in _hints(hint).items() if name in found or name not in optional}
        return hint(**{name: _read(inner, found[name]) for name, inner in given.items()})
    if issubclass(hint, datetime | date):
        return hint.fromisoformat(cast(str, data))
    if issubclass(hint, Decimal):
        return hint(cast(str, data))
    if issubclass(hint, Enum):
        return hint(data)
    if type(data) is not hint:
        raise TypeError(f"{data!r} is no {hint.__name__}")
    return data


def _given(hint: object) -> object:
    """Return the one type beside None."""
    (given,) = (argument for argument in get_args(hint) if argument is not NoneType)
    return given


@cache
def _with_default(kind: type) -> frozenset[str]:
    return frozenset(field.name for field in fields(kind) if field.default is not MISSING)


@cache
def _hints(kind: type) -> dict[str, object]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
