"""What the forms of every record share."""

from uuid import UUID, uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db import models
from django.db.models import Model
from django.http import QueryDict

from portal.accounts.models import User
from portal.lib.form_fields import PlaceCodeField
from portal.lib.form_findings import show_findings as show_findings
from portal.lib.masks import STAR

from .actions import Extras
from .file_queries import FileFilter
from .file_sources import FileSource
from .file_types import FILE_TYPES
from .filters import ALL
from .form_fields import StoredFileField, formfield_of, upload_in
from .personal_data import labels_of, masks_of
from .types import RecordType


class RecordForm(forms.ModelForm):
    """Shapes a record; whether its constraints hold is asked once, when the action saves it."""

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.uploads: dict[str, UploadedFile] = {}
        for name, field in self.file_fields():
            if file := getattr(self.instance, name):
                field.keeps(file)

    def file_fields(self) -> list[tuple[str, StoredFileField]]:
        return [(name, field) for name, field in self.fields.items() if isinstance(field, StoredFileField)]

    def clean(self) -> dict:
        for name, _ in self.file_fields():
            # The record has a stored file or none, and never an upload: the action turns one into the other.
            if upload := upload_in(self.cleaned_data.pop(name, None)):
                self.uploads[name] = upload
        # Calling super().clean() would turn on the check of constraints, which reads beyond the user's scope.
        return self.cleaned_data

    def extras(self) -> Extras:
        """Return what the action writes beside the columns of the record."""
        many = {field.name for field in self._meta.model._meta.many_to_many} & set(self.cleaned_data)
        return Extras(uploads=self.uploads, related={name: self.cleaned_data[name] for name in many})


class VersionedForm(RecordForm):
    """The form of a record type; `seen` is the version of the record that the page showed."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, user: User, **options) -> None:
        super().__init__(*args, **options)
        self.user = user
        self.fields["seen"].required = self.instance.pk is not None
        self.initial.setdefault("seen", self.instance.version)
        # The page holds no more than a list does: whoever does not type a new value keeps the old one.
        self.masked = {
            name: mask.hide(getattr(self.instance, name))
            for name, mask in masks_of(type(self.instance)).items()
            if self.instance.pk and name in self.fields
        }
        stored = {name for name in self.masked if self.initial.get(name) == getattr(self.instance, name)}
        self.initial |= {name: self.masked[name] for name in stored}

    @classmethod
    def typed(cls, data: QueryDict) -> dict[str, object]:
        """Return what a form that is not checked yet says, to be shown again as it is."""
        read = {
            name: field.widget.value_from_datadict(data, {}, name) for name, field in cls.base_fields.items()
        }
        return data.dict() | read

    def clean(self) -> dict:
        for name, mask in self.masked.items():
            typed = self.cleaned_data.get(name, "")
            if typed == mask:
                self.cleaned_data[name] = getattr(self.instance, name)
            elif STAR in typed:
                self.add_error(name, "含有星号的内容不能保存：请填写完整，或保持打开时的样子")
        return super().clean()


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


def end_form_of(record_type: RecordType) -> type[EndForm]:
    """Make the form that ends records of a type which has an ending."""
    fields = record_type.ending.fields
    return forms.modelform_factory(
        record_type.model, form=EndForm, fields=fields, formfield_callback=formfield_of
    )


class FileFilterForm(forms.Form):
    """Narrows the list of files."""

    q = forms.CharField(label="文件名", required=False, max_length=100)
    under = PlaceCodeField()
    content_type = forms.ChoiceField(label="类型", required=False)
    source = forms.ChoiceField(label="用于", required=False)

    def __init__(self, *args, sources: list[FileSource], **options) -> None:
        super().__init__(*args, **options)
        self.sources = sources
        types = [(kind.content_type, kind.name) for kind in FILE_TYPES]
        self.fields["content_type"].choices = [("", ALL), *types]
        self.fields["source"].choices = [("", ALL), *((each.name, each.label) for each in sources)]

    def chosen_sources(self) -> list[FileSource]:
        """List the sources to look in: none where the filter cannot be read."""
        chosen = self.cleaned_data.get("source") if self.is_valid() else None
        return [] if self.errors else [each for each in self.sources if chosen in ("", each.name)]

    def wanted(self) -> FileFilter:
        chosen = self.cleaned_data if self.is_valid() else {}
        return FileFilter(
            text=chosen.get("q", ""),
            under=chosen.get("under", ""),
            content_type=chosen.get("content_type", ""),
        )


class ReasonForm(forms.Form):
    """What somebody needs personal data for; it goes on record with what they get."""

    causes: tuple[str, ...] = ()
    cause = forms.ChoiceField(label="事由")
    detail = forms.CharField(
        label="具体说明",
        min_length=5,
        max_length=100,
        help_text="写明因何事需要，不要写姓名、电话、证件号码或住址",
    )

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.fields["cause"].choices = [("", "请选择"), *((cause, cause) for cause in self.causes)]

    def reason(self) -> str:
        return f"{self.cleaned_data['cause']}，{self.cleaned_data['detail']}"


class RevealForm(ReasonForm):
    """Which masked values are needed whole, and what for; only what was chosen is shown."""

    causes = ("核对本人身份", "联系本人", "办理业务", "走访上门", "配合检查")
    names = forms.MultipleChoiceField(label="要查看的内容", widget=forms.CheckboxSelectMultiple)
    field_order = ("names", "cause", "detail")

    def __init__(self, *args, record: Model, record_type: RecordType, **options) -> None:
        super().__init__(*args, **options)
        self.fields["names"].choices = [
            (name, label) for name, label in labels_of(record_type.model).items() if getattr(record, name)
        ]


class SeenForm(forms.Form):
    """The version of the record that a page without fields showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class ExportForm(forms.Form):
    """The key of the page that asked, so that a second click asks for nothing new."""

    request_key = forms.UUIDField(widget=forms.HiddenInput)

    def key(self) -> UUID:
        return self.cleaned_data["request_key"] if self.is_valid() else uuid4()


class SavedFilterForm(forms.Form):
    """The name of a filter and, where it is saved, what the address of the list says."""

    slug = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    query = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)
    name = forms.CharField(label="名称", max_length=30)


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
        if isinstance(value, bool):
            return "是" if value else "否"
        return str(choices.get(value, value)) if value not in ("", None) else ""
