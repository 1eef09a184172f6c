"""The record types that the rooms declared; filled when the portal starts."""

from .types import RecordType

_by_slug: dict[str, RecordType] = {}


def register(*record_types: RecordType) -> None:
    for record_type in record_types:
        if record_type.slug in _by_slug:
            raise ValueError(f"two record types are called {record_type.slug}")
        _by_slug[record_type.slug] = record_type


def record_type_of(slug: str) -> RecordType | None:
    """Return the type of that name, or nothing where the portal has none of it any longer."""
    return _by_slug.get(slug)


def registered() -> tuple[RecordType, ...]:
    return tuple(_by_slug.values())
