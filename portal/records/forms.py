"""What the forms of every record share."""

from django import forms
from django.db import models

from portal.accounts.models import User
from portal.lib.form_findings import show_findings as show_findings
from portal.lib.money import YuanField

from .types import RecordType


def formfield_of(field: models.Field, **options) -> forms.Field | None:
    """Make a form field: days with the browser's calendar, amounts in yuan, words for the empty choice."""
    if field.name.endswith("_fen"):
        label = str(field.verbose_name).replace("(分)", "(元)")
        return YuanField(label=label, required=not field.blank and not field.has_default())
    if isinstance(field, models.DateField):
        options["widget"] = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    made = field.formfield(**options)
    if field.choices and made:
        made.choices = [(value, label if value else "请选择") for value, label in made.choices]
    return made


class RecordForm(forms.ModelForm):
    """Shapes a record; whether its constraints hold is asked once, when the action saves it."""

    def clean(self) -> dict:
        # Calling super().clean() would turn on the check of constraints, which reads beyond the user's scope.
        return self.cleaned_data


class VersionedForm(RecordForm):
    """The form of a record type; `seen` is the version of the record that the page showed."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, user: User, **options) -> None:
        super().__init__(*args, **options)
        self.user = user
        self.fields["seen"].required = self.instance.pk is not None
        self.initial["seen"] = self.instance.version


def form_of(model: type[models.Model], *fields: str) -> type[VersionedForm]:
    """Make the form of a record type that has nothing but fields of its model."""
    return forms.modelform_factory(model, form=VersionedForm, fields=fields, formfield_callback=formfield_of)


class EndForm(RecordForm):
    """Ends a record; `seen` is the version of the record that the page showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.initial["seen"] = self.instance.version
        for name in self._meta.fields:
            self.fields[name].required = True


class SeenForm(forms.Form):
    """The version of the record that a page without fields showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class BulkForm(forms.Form):
    """Which fields of the chosen records change, and into what; an unmarked field stays as it is.

    `expected` is the number of records that was confirmed.
    """

    expected = forms.IntegerField(required=False, widget=forms.HiddenInput)
    changed = forms.MultipleChoiceField(label="要修改的项目", widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args, record_type: RecordType, **options) -> None:
        super().__init__(*args, **options)
        plain = {
            name: formfield_of(record_type.model._meta.get_field(name)) for name in record_type.bulk_fields
        }
        self.needed = {name for name, field in plain.items() if field.required}
        for field in plain.values():
            # Nothing is filled in beforehand: a default that nobody chose must not reach fifty records.
            field.required, field.initial = False, None
            if isinstance(field, forms.ChoiceField) and ("", "请选择") not in field.choices:
                field.choices = [("", "请选择"), *field.choices]
        self.fields |= plain
        self.fields["changed"].choices = [(name, field.label) for name, field in plain.items()]

    def clean(self) -> dict:
        for name in self.needed & set(self.cleaned_data.get("changed", ())):
            if self.cleaned_data.get(name) in ("", None) and name not in self.errors:
                self.add_error(name, "该项不能清空，请填写")
        return self.cleaned_data

    def values(self) -> dict[str, object]:
        return {name: self.cleaned_data[name] for name in self.cleaned_data["changed"]}

    def words(self) -> list[tuple[str, str]]:
        """Name each changed field and its new value as the form shows it."""
        return [(str(self.fields[name].label), self._word(name)) for name in self.cleaned_data["changed"]]

    def _word(self, name: str) -> str:
        value = self.cleaned_data[name]
        choices = dict(getattr(self.fields[name], "choices", ()))
        return str(choices.get(value, value)) if value not in ("", None) else ""
