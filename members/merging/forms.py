from collections.abc import Iterator
from dataclasses import dataclass

from django import forms

from members.identity import masked_id_number
from members.models import Person
from portal.lib.form_fields import PlaceCodeField
from portal.lib.sealed import SealError
from portal.records.personal_data import masks_of

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
    """One field of the two records; `takes_drop` says which one is marked at first.

    Of a masked field that both have, one of them perhaps a guess, it is not told whether it `differs`: it
    `is_asked` all the same.
    """

    name: str
    label: str
    keep: str
    drop: str
    differs: bool
    is_asked: bool
    takes_drop: bool


def field_choices(keep: Person, drop: Person) -> Iterator[FieldChoice]:
    """Say both records field by field; what the kept one lacks is taken from the other unless one says no."""
    masks = masks_of(Person)
    for field in CHOSEN:
        ours, theirs = said(keep, field), said(drop, field)
        is_masked = field.name in masks
        is_veiled = is_masked and bool(ours and theirs)
        yield FieldChoice(
            name=field.name,
            label=str(field.verbose_name),
            keep=masks[field.name].hide(ours) if is_masked else ours,
            drop=masks[field.name].hide(theirs) if is_masked else theirs,
            differs=not is_veiled and ours != theirs,
            is_asked=is_veiled or ours != theirs,
            takes_drop=not ours and bool(theirs),
        )


def shown_number(person: Person) -> str:
    """Return the masked ID number; one that no key opens is not hidden behind an error page."""
    try:
        return masked_id_number(person)
    except SealError:
        return UNREADABLE
