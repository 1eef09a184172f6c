"""A form field for one person: searched for by name, pinyin initials or ID number, then chosen."""

from dataclasses import dataclass

from django import forms
from django.forms.boundfield import BoundField

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.masks import mask_phone
from portal.records.reach import OUT_OF_SCOPE, reached_keys
from portal.records.subjects import FROZEN, is_frozen
from portal.records.types import MOST_DIGITS

from .identity import looks_like_id_number
from .models import Person
from .person_search import PeopleFound, people_found
from .queries import people_by_key

SEARCH = "_q"
# Stands for whoever is chosen already and lies beyond the reader's reach: neither key nor name is told.
KEEP = "keep"


@dataclass(frozen=True, kw_only=True)
class PersonChoice:
    """A person as those who must tell two apart see them."""

    key: int | str
    name: str
    sex: str
    born: str
    place: str
    phone: str


KEPT = PersonChoice(key=KEEP, name=OUT_OF_SCOPE, sex="保持不变", born="", place="", phone="")


def choice_of(person: Person) -> PersonChoice:
    place = person.association.short_name
    if is_frozen(person):
        return PersonChoice(key=person.pk, name=person.name, sex=FROZEN, born="", place=place, phone="")
    return PersonChoice(
        key=person.pk,
        name=person.name,
        sex=person.get_sex_display(),
        born=f"{person.born_on.year}年生" if person.born_on else "",
        place=place,
        phone=mask_phone(person.phone),
    )


@dataclass(frozen=True, kw_only=True)
class PersonSearch:
    """State of the field: what was typed, whom it found, who is chosen."""

    name: str
    text: str
    choices: tuple[PersonChoice, ...]
    chosen: int | str | None
    is_required: bool
    refusal: str = ""


def search_of(user: User, *, name: str, text: str, value: str, is_required: bool) -> PersonSearch:
    """Look for people by what was typed; the one chosen stands first and stays chosen."""
    chosen = people_by_key(user, [key] if (key := key_of(value)) else [])
    # Whom a number found and somebody chose is not looked for by it again: each time counts.
    is_needed = not (chosen and looks_like_id_number(text))
    found = people_found(user, text=text) if is_needed else PeopleFound()
    others = [person for person in found.people if person.pk not in chosen]
    kept = [KEPT] if value == KEEP else []
    return PersonSearch(
        name=name,
        text=text,
        choices=(*kept, *map(choice_of, [*chosen.values(), *others])),
        chosen=KEEP if kept else next(iter(chosen), None),
        is_required=is_required,
        refusal=found.refusal,
    )


def key_of(value: str) -> int | None:
    """Read a key as far as the text is one at all."""
    is_key = value.isascii() and value.isdigit() and len(value) < MOST_DIGITS
    return int(value) if is_key else None


class PersonField(forms.CharField):
    """A key, cleaned to the person; a foreign one looks like a missing one."""

    user: User
    kept: Person | None = None

    def __init__(self, *, permission: Permission = Permission.EDIT_RECORDS, **options) -> None:
        super().__init__(max_length=MOST_DIGITS, template_name="members/person_field.html", **options)
        self.permission = permission

    def offer(self, user: User, *, chosen: Person | None = None) -> None:
        """Let the user choose; whoever is chosen beyond their reach stays so until they choose another."""
        self.user = user
        if chosen is not None and chosen.pk not in reached_keys(Person, {chosen.pk: chosen}, user=user):
            self.kept = chosen

    def clean(self, value: str) -> Person | None:
        text = super().clean(value)
        if not text:
            return None
        if text == KEEP and self.kept is not None:
            return self.kept
        key = key_of(text)
        mine = Person.objects.visible_to(self.user).visible_to(self.user, self.permission)
        person = mine.select_related("association").filter(pk=key).first() if key else None
        if person is None:
            raise forms.ValidationError("没有这名人员，或不在您的管理范围内")
        return person

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundField:
        return PersonBoundField(form, self, field_name)


class PersonBoundField(BoundField):
    def search(self) -> PersonSearch:
        typed = self.form.data if self.form.is_bound else self.form.initial
        return search_of(
            self.field.user,
            name=self.html_name,
            text=str(typed.get(f"{self.html_name}{SEARCH}") or "")[:50],
            value=str(self.value() or ""),
            is_required=self.field.required,
        )
