from associations.models import Association
from associations.register.fields import AssociationField
from portal.accounts.roles import Permission
from portal.lib.pinyin import initials
from portal.records.forms import VersionedForm, formfield_of

from .models import Person, Session, Term


class PersonForm(VersionedForm):
    association = AssociationField(label="登记协会")
    field_order = ("association",)

    class Meta:
        model = Person
        fields = (
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
        formfield_callback = formfield_of

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        places = Association.objects.visible_to(self.user, Permission.EDIT_RECORDS)
        chosen = self.instance.association.code if self.instance.pk else ""
        self.fields["association"].offer(places, user=self.user, chosen=chosen)

    def clean(self) -> dict:
        self.instance.name_key = initials(self.cleaned_data.get("name", ""))
        if "association" in self.cleaned_data:
            self.instance.association = self.cleaned_data["association"]
        return super().clean()


class TermForm(VersionedForm):
    """Corrects a term; a new one is opened, and the one before it ended, on the council's page."""

    class Meta:
        model = Term
        fields = ("number", "congress_on")
        formfield_callback = formfield_of


class SessionForm(VersionedForm):
    """Completes a session; its day, its number and its elections are decided when it is recorded."""

    class Meta:
        model = Session
        fields = ("place", "expected_count", "attended_count", "agenda", "resolutions")
        formfield_callback = formfield_of
