"""What a form says where something is missing: what to do, instead of that a field is required."""

from django import forms

REQUIRED: dict[type[forms.Field], str] = {
    forms.Field: "请填写这一项。",
    forms.ChoiceField: "请选择。",
    forms.MultipleChoiceField: "请至少选择一项。",
    forms.FileField: "请选择要上传的文件。",
}


def word_required_fields() -> None:
    """Give every form field these words, once at the start: Django asks each class for its own."""
    for field, words in REQUIRED.items():
        field.default_error_messages = {**field.default_error_messages, "required": words}
