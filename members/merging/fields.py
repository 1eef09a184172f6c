"""The fields of a person that two records may say differently."""

from typing import cast

from django.db.models import Field

from members.models import Person

CHOSEN_NAMES = (
    "association",
    "name",
    "sex",
    "born_on",
    "ethnicity",
    "political_status",
    "education",
    "workplace",
    "title",
    "phone",
)
CHOSEN = tuple(cast(Field, Person._meta.get_field(name)) for name in CHOSEN_NAMES)


def said(person: Person, field: Field) -> str:
    """Say what a record has in a field, or "" where it has nothing."""
    if field.name == "association":
        return f"{person.association.name}（{person.association.code}）"
    if field.choices:
        return str(dict(field.flatchoices).get(getattr(person, field.name), ""))
    value = getattr(person, field.name)
    return "" if value is None else str(value)


def said_of(person: Person) -> dict[str, str]:
    """Say the whole record but for its ID number: label → words."""
    return {str(field.verbose_name): said(person, field) for field in CHOSEN}
