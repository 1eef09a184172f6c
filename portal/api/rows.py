"""The columns of every list, as the schema tells them; the rows come from `queries` as they are."""

from rest_framework import serializers

from associations.enums import (
    Body,
    Constituency,
    Employment,
    Issue,
    Level,
    Milestone,
    MilestoneStep,
    Post,
    Visibility,
)
from members.enums import Entry, Exit


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
