"""Form fields for columns that Django's own do not suit."""

from django import forms
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.files.uploadedfile import UploadedFile
from django.db import models

from portal.lib.dates import EARLIEST_DAY
from portal.lib.form_fields import DayField
from portal.lib.money import YuanField

from .file_types import ACCEPTED, TYPE_BY_SUFFIX
from .models import StoredFile


class StoredFileField(forms.FileField):
    """An upload that the action checks and stores; without one the stored file stays."""

    widget = forms.FileInput

    def __init__(self, **options) -> None:
        # Whether it is empty is the action's to say, like everything else about its content.
        limit = settings.MAX_FILE_BYTES // 1024**2
        super().__init__(allow_empty_file=True, help_text=f"{ACCEPTED}，不超过 {limit} MB", **options)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, str]:
        return super().widget_attrs(widget) | {"accept": ",".join(TYPE_BY_SUFFIX)}

    def keeps(self, file: StoredFile) -> None:
        """Tell which file stays if none is chosen."""
        self.required = False
        self.help_text = f"现有文件：{file.name}；不选新文件则保留。{self.help_text}"


def formfield_of(field: models.Field, **options) -> forms.Field | None:
    """Make a form field: days with the browser's calendar, amounts in yuan, words for the empty choice."""
    if field.name.endswith("_fen"):
        label = str(field.verbose_name).replace("(分)", "(元)")
        is_required = not field.blank and not field.has_default()
        return YuanField(label=label, required=is_required, help_text=field.help_text)
    if isinstance(field, models.ForeignKey) and field.related_model is StoredFile:
        return StoredFileField(label=field.verbose_name, required=not field.blank)
    if isinstance(field, ArrayField) and field.base_field.choices:
        return forms.TypedMultipleChoiceField(
            label=field.verbose_name,
            required=not field.blank,
            choices=field.base_field.choices,
            coerce=field.base_field.to_python,
            widget=forms.CheckboxSelectMultiple,
        )
    if isinstance(field, models.DateField):
        options |= {"form_class": DayField, "first": EARLIEST_DAY}
    made = field.formfield(**options)
    if field.choices and made:
        made.choices = [(value, label if value else "请选择") for value, label in made.choices]
    return made


def upload_in(value: object) -> UploadedFile | None:
    """Return what was uploaded; a field that was left alone cleans to the key of its file, or to nothing."""
    return value if isinstance(value, UploadedFile) else None
