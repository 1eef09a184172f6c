"""The columns of every list, as the schema tells them; the rows come from `queries` as they are."""

from rest_framework import serializers

from associations.enums import (
    Milestone,
    MilestoneStep,
)


class MilestoneEventRow(serializers.Serializer):
    id = serializers.IntegerField()
    association_code = serializers.CharField()
    milestone = serializers.ChoiceField(Milestone.choices)
    step = serializers.ChoiceField(MilestoneStep.choices)
    on = serializers.DateField()
    document_number = serializers.CharField()
    achieved_on = serializers.DateField(allow_null=True)
    reason = serializers.CharField()
