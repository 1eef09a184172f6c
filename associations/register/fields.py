"""A form field for one association: a code, chosen with the picker."""

from django import forms
from django.forms.boundfield import BoundField

from associations.models.association import Association, AssociationQuerySet
from associations.register.picker import build_picker
from portal.accounts.models import User
from portal.lib.page_parts import AssociationPicker


class PickerWidget(forms.TextInput):
    """Drawn by the picker, whose own box carries the code."""

    def id_for_label(self, id_: str, index: str = "") -> str:
        return f"picker-{id_.removeprefix('id_')}-code"


class AssociationField(forms.CharField):
    """A code, cleaned to the association; one that is not among those offered looks like a missing one."""

    template_name = "associations/picker_field.html"
    widget = PickerWidget
    user: User

    def __init__(self, **options) -> None:
        super().__init__(max_length=20, template_name=self.template_name, **options)
        self.places = Association.objects.none()

    def offer(self, places: AssociationQuerySet, *, user: User, chosen: str) -> None:
        self.places, self.user, self.initial = places, user, chosen

    def clean(self, value: str) -> Association:
        code = super().clean(value)
        found = self.places.filter(code=code).first()
        if found is None:
            raise forms.ValidationError("没有这个协会，或不在您的管理范围内")
        return found

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> BoundField:
        return PickerBoundField(form, self, field_name)


class PickerBoundField(BoundField):
    def picker(self) -> AssociationPicker:
        return build_picker(
            self.field.user,
            name=self.html_name,
            code=str(self.value() or "")[:20].replace("\0", ""),
            error="；".join(self.errors),
        )
