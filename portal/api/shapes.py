"""The shapes of every reply: what the schema says and what the client gets."""

from rest_framework import serializers

from associations.enums import (
    Body,
    Constituency,
    Employment,
    Issue,
    Kind,
    Level,
    Milestone,
    MilestoneState,
    MilestoneStep,
    PartyOrganisation,
    Post,
    Visibility,
)
from members.enums import Entry, Exit
from members.rules import QuotaResult

QUOTA_RESULTS = [(result.value, result.label) for result in QuotaResult]


class PlaceShape(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class AssociationRow(PlaceShape):
    short_name = serializers.CharField()
    level = serializers.ChoiceField(Level.choices)
    kind = serializers.ChoiceField(Kind.choices)
    parent_code = serializers.CharField(allow_null=True)
    established_on = serializers.DateField(allow_null=True)
    dissolved_on = serializers.DateField(allow_null=True)


class LevelCountShape(serializers.Serializer):
    level = serializers.ChoiceField(Level.choices)
    due = serializers.IntegerField(help_text="应建")
    established = serializers.IntegerField(help_text="已建")


class AssociationFacts(AssociationRow):
    parent_code = serializers.CharField(source="parent.code", default=None, allow_null=True)
    address = serializers.CharField()
    phone = serializers.CharField()
    host_body = serializers.CharField()
    party_organisation = serializers.ChoiceField(PartyOrganisation.choices)


class AssociationShape(AssociationFacts):
    ancestors = PlaceShape(many=True, help_text="由上到下")
    coverage = LevelCountShape(many=True, help_text="本级和全部下级，按层级计")


class CitationShape(serializers.Serializer):
    document_number = serializers.CharField()
    title = serializers.CharField()
    clause = serializers.CharField()
    issuer_code = serializers.CharField()
    issuer_name = serializers.CharField()


class BodyQuotaShape(serializers.Serializer):
    body = serializers.ChoiceField(Body.choices)
    total = serializers.IntegerField()
    counted = serializers.IntegerField()
    required_percent = serializers.DecimalField(5, 2, allow_null=True)
    percent = serializers.DecimalField(4, 1, allow_null=True, help_text="截去、不四舍五入")
    verdict = serializers.ChoiceField(QUOTA_RESULTS)
    short_by_replacement = serializers.IntegerField()
    short_by_addition = serializers.IntegerField(allow_null=True)
    rule = CitationShape(allow_null=True)
    weaker_than = CitationShape(allow_null=True)


class DatedShape(serializers.Serializer):
    association = serializers.CharField(help_text="代码")
    as_of = serializers.DateField()


class QuotasShape(DatedShape):
    quotas = BodyQuotaShape(many=True)


class OccupantShape(serializers.Serializer):
    appointment = serializers.IntegerField()
    name = serializers.CharField()
    constituency = serializers.ChoiceField(Constituency.choices)
    employment = serializers.ChoiceField(Employment.choices)
    office_held = serializers.CharField()
    starts_on = serializers.DateField()
    entry = serializers.ChoiceField(Entry.choices)


class PostShape(serializers.Serializer):
    post = serializers.ChoiceField(Post.choices)
    count = serializers.IntegerField()
    occupants = OccupantShape(many=True, help_text="无人员权限时为空")


class CouncilShape(DatedShape):
    term = serializers.IntegerField(allow_null=True, help_text="届次")
    posts = PostShape(many=True)


class ProgressShape(serializers.Serializer):
    required = serializers.IntegerField()
    claimed = serializers.IntegerField()
    verified = serializers.IntegerField()
    overdue = serializers.IntegerField()
    late = serializers.IntegerField()


class ScopesProgressShape(serializers.Serializer):
    node = ProgressShape(help_text="本级")
    subtree = ProgressShape(help_text="含全部下级")


class MilestoneShape(serializers.Serializer):
    milestone = serializers.ChoiceField(Milestone.choices)
    state = serializers.ChoiceField(MilestoneState.choices)
    deadline = serializers.DateField(allow_null=True)
    achieved_on = serializers.DateField(allow_null=True)
    document_number = serializers.CharField()
    claimed_on = serializers.DateField(allow_null=True)
    overdue = serializers.BooleanField(source="is_overdue")
    late = serializers.BooleanField(source="is_late")
    weight = serializers.IntegerField()
    rule = CitationShape()
    weaker_than = CitationShape(allow_null=True)


class ReformShape(DatedShape):
    milestones = MilestoneShape(many=True)
    progress = ScopesProgressShape()


class OverviewShape(DatedShape):
    coverage = LevelCountShape(many=True, help_text="应建与已建，按层级计，含本级")
    quotas = BodyQuotaShape(many=True)
    reform = ScopesProgressShape()


class PolicyRow(serializers.Serializer):
    id = serializers.IntegerField()
    number = serializers.CharField()
    title = serializers.CharField()
    issued_by = serializers.CharField()
    issuer_code = serializers.CharField()
    dated_on = serializers.DateField(allow_null=True)
    printed_on = serializers.DateField(allow_null=True)
    published_on = serializers.DateField(allow_null=True)
    issue = serializers.ChoiceField(Issue.choices)
    visibility = serializers.ChoiceField(Visibility.choices)


class QuotaRuleRow(serializers.Serializer):
    id = serializers.IntegerField()
    document_id = serializers.IntegerField()
    document_number = serializers.CharField()
    clause = serializers.CharField()
    scope_code = serializers.CharField()
    levels = serializers.ListField(child=serializers.ChoiceField(Level.choices))
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    body = serializers.ChoiceField(Body.choices)
    min_percent = serializers.DecimalField(5, 2)
    constituencies = serializers.ListField(child=serializers.ChoiceField(Constituency.choices))


class MilestoneEventRow(serializers.Serializer):
    id = serializers.IntegerField()
    association_code = serializers.CharField()
    milestone = serializers.ChoiceField(Milestone.choices)
    step = serializers.ChoiceField(MilestoneStep.choices)
    on = serializers.DateField()
    document_number = serializers.CharField()
    achieved_on = serializers.DateField(allow_null=True)
    reason = serializers.CharField()


class TermRow(serializers.Serializer):
    id = serializers.IntegerField()
    association_code = serializers.CharField()
    number = serializers.IntegerField()
    congress_on = serializers.DateField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)


class SessionRow(serializers.Serializer):
    id = serializers.IntegerField()
    association_code = serializers.CharField()
    term_number = serializers.IntegerField()
    body = serializers.ChoiceField(Body.choices)
    number = serializers.IntegerField()
    is_enlarged = serializers.BooleanField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    place = serializers.CharField()
    expected_count = serializers.IntegerField(allow_null=True)
    attended_count = serializers.IntegerField(allow_null=True)


class AppointmentRow(serializers.Serializer):
    id = serializers.IntegerField()
    association_code = serializers.CharField()
    term_number = serializers.IntegerField()
    person_id = serializers.IntegerField()
    person_name = serializers.CharField()
    post = serializers.ChoiceField(Post.choices)
    constituency = serializers.ChoiceField(Constituency.choices)
    employment = serializers.ChoiceField(Employment.choices)
    office_held = serializers.CharField()
    entry = serializers.ChoiceField(Entry.choices)
    exit = serializers.ChoiceField(Exit.choices, allow_blank=True)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
