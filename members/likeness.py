"""When two records may be of one person: the one predicate behind every search for duplicates."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Likeness(StrEnum):
    """What two records have in common."""

    NUMBER = "number"
    NAME = "name"


# Two records that are alike agree in all fields of one of these; a search may start from them.
KEYS = {Likeness.NUMBER: ("id_number_hash",), Likeness.NAME: ("name", "born_on")}


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What a record says about who somebody is."""

    name: str
    born_on: date | None
    id_number_hash: str | None


def likeness(one: Traits, other: Traits) -> Likeness | None:
    """Tell what makes two records alike; two whose numbers are both known and differ never are."""
    if one.id_number_hash and other.id_number_hash:
        return Likeness.NUMBER if one.id_number_hash == other.id_number_hash else None
    has_same_birth = one.born_on is not None and one.born_on == other.born_on
    return Likeness.NAME if has_same_birth and one.name == other.name else None


def numbers_differ(one: Traits, other: Traits) -> bool:
    """Tell whether both numbers are known and are not the same."""
    return bool(one.id_number_hash and other.id_number_hash and one.id_number_hash != other.id_number_hash)
