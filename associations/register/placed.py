"""The form of a record that belongs to an association."""

from associations.models import Association
from associations.register.fields import AssociationField
from portal.accounts.roles import Permission
from portal.records.forms import VersionedForm


class PlacedForm(VersionedForm):
    """The form of a record that belongs to an association, chosen with the picker."""

    association = AssociationField(label="协会")
    field_order = ("association",)
    permission = Permission.EDIT_RECORDS

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        places = Association.objects.visible_to(self.user, self.permission)
        home = self.user.home_code(self.permission)
        chosen = self.instance.association.code if self.instance.association_id else home
        self.fields["association"].offer(places, user=self.user, chosen=chosen)

    def clean(self) -> dict:
        if "association" in self.cleaned_data:
            self.instance.association = self.cleaned_data["association"]
        return super().clean()
