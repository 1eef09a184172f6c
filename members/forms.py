from associations.register.fields import AssociationField
from associations.register.placed import PlacedForm
from portal.accounts.roles import Permission
from portal.lib.dates import today
from portal.records.forms import VersionedForm, form_of, formfield_of

from .models import (
    Appointment,
    Family,
    MemberGroup,
    MemberOrganisation,
    Membership,
    Person,
    ServiceRecord,
    Session,
    Term,
    Volunteer,
)
from .person_field import KEEP, PersonField


class GroupForm(PlacedForm):
    leader = PersonField(label="组长", required=False)
    field_order = ("association", "name", "starts_on", "ends_on", "leader")

    class Meta:
        model = MemberGroup
        fields = ("name", "starts_on", "ends_on", "leader")
        formfield_callback = formfield_of

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.fields["leader"].offer(self.user, chosen=self.instance.leader)
        if self.fields["leader"].kept:
            self.initial["leader"] = KEEP


class OrganisationForm(PlacedForm):
    association = AssociationField(label="登记协会")

    class Meta:
        model = MemberOrganisation
        fields = ("name", "credit_code", "contact_name", "phone")
        formfield_callback = formfield_of


class EnteringForm(PlacedForm):
    """Enters somebody at an association, or corrects the entry; only a new one chooses the association."""

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            del self.fields["association"]
        else:
            self.fields["association"].initial = self.member().association.code

    def member(self) -> Person | MemberOrganisation:
        return self.instance.person


class MembershipForm(EnteringForm):
    class Meta:
        model = Membership
        fields = ("category", "is_key_member", "joined_on", "group")
        formfield_callback = formfield_of

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            groups = self.instance.association.member_groups
            # The one that they are in may have ended since; nobody enters it any longer.
            own = groups.filter(pk=self.instance.group_id)
            self.fields["group"].queryset = groups.active(on=today()) | own
            self.fields["group"].empty_label = "不编组"
        else:
            del self.fields["group"]

    def member(self) -> Person | MemberOrganisation:
        return self.instance.person or self.instance.organisation


class VolunteerForm(EnteringForm):
    """A person's application to help, and what came of it."""

    class Meta:
        model = Volunteer
        fields = ("skills", "applied_on", "registered_on")
        formfield_callback = formfield_of


class FamilyForm(PlacedForm):
    permission = Permission.EDIT_FAMILIES

    class Meta:
        model = Family
        fields = ("kind", "householder", "address", "phone", "needs", "starts_on")
        formfield_callback = formfield_of


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


# Whom a member speaks for, how they serve and what else they hold are facts about the person, which a slip
# of the pen gets wrong; shares are counted from them anew for any day. Person, post, days, ways in and out
# and the sessions that decided them hang together: the session wizard writes them as one, by its rules.
AppointmentForm = form_of(Appointment, "constituency", "employment", "office_held")

ServiceForm = form_of(ServiceRecord, "on", "hours", "content")
