from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.db.models import Field

from members.identity import masked_id_number
from members.models import Person
from portal.lib.form_fields import PlaceCodeField
from portal.lib.masks import mask_phone
from portal.lib.sealed import SealError

from .fields import CHOSEN, CHOSEN_NAMES, said

KEEP, DROP = "keep", "drop"
UNREADABLE = "已登记（密钥已更换，无法显示）"


class UnderForm(forms.Form):
    under = PlaceCodeField()


class MergeForm(forms.Form):
    """Of which record each field is taken; the versions are those that the page showed."""

    seen_keep = forms.IntegerField(widget=forms.HiddenInput)
    seen_drop = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        for name in CHOSEN_NAMES:
            self.fields[name] = forms.ChoiceField(
                choices=[(KEEP, KEEP), (DROP, DROP)], required=False, widget=forms.HiddenInput
            )

    def taken(self) -> set[str]:
        """Name the fields that come from the dropped record."""
        return {name for name in CHOSEN_NAMES if self.cleaned_data[name] == DROP}

    def seen(self) -> tuple[int, int]:
        return self.cleaned_data["seen_keep"], self.cleaned_data["seen_drop"]


@dataclass(frozen=True, kw_only=True)
class FieldChoice:
    """One field of the two records; `takes_drop` says which one is marked at first."""

    name: str
    label: str
    keep: str
    drop: str
    differs: bool
    takes_drop: bool


def field_choices(keep: Person, drop: Person) -> Iterator[FieldChoice]:
    """Say both records field by field; what the kept one lacks is taken from the other unless one says no."""
    for field in CHOSEN:
        ours, theirs = said(keep, field), said(drop, field)
        yield FieldChoice(
            name=field.name,
            label=str(field.verbose_name),
            keep=_shown(field, ours),
            drop=_shown(field, theirs),
            # Compared as they are: two numbers may look the same behind their masks.
            differs=ours != theirs,
            takes_drop=not ours and bool(theirs),
        )


def shown_number(person: Person) -> str:
    """Return the masked ID number; one that no key opens is not hidden behind an error page."""
    try:
        return masked_id_number(person)
    except SealError:
        return UNREADABLE


def _shown(field: Field, text: str) -> str:
    return mask_phone(text) if field.name == "phone" else text
