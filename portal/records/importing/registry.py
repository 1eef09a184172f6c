"""The import types that the rooms declared; filled when the portal starts."""

from .types import ImportType

_by_slug: dict[str, ImportType] = {}


def register(*import_types: ImportType) -> None:
    for import_type in import_types:
        if import_type.slug in _by_slug:
            raise ValueError(f"two import types are called {import_type.slug}")
        _by_slug[import_type.slug] = import_type


def registered() -> tuple[ImportType, ...]:
    return tuple(_by_slug.values())


def type_of(slug: str) -> ImportType:
    """Return the type of that name.

    Raises: LookupError for a type that no room declares any longer.
    """
    try:
        return _by_slug[slug]
    except KeyError:
        raise LookupError(f"no import type is called {slug}") from None
