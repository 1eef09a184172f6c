"""Filters of the lists of policy documents and of the rules of each family."""

from datetime import date

from django.db.models import Q, QuerySet

from associations.enums import Body, Employment, Issue, KeyTask, Level, Milestone, Post, Visibility
from associations.models import Rule
from associations.models.policy import PolicyQuerySet, RuleQuerySet
from associations.policies.queries import FAMILY_NAMES
from portal.records.filters import AnyChoiceFilter, DayFilter, RecordFilters, TextFilter


def named(value: str, *, prefix: str = "") -> Q:
    """Match any part of a document's number or title."""
    return Q(**{f"{prefix}number__icontains": value}) | Q(**{f"{prefix}title__icontains": value})


class PolicyFilters(RecordFilters):
    q = TextFilter(label="标题或文号", method="keep_named")
    issue = AnyChoiceFilter(label="发文方式", choices=Issue.choices)
    visibility = AnyChoiceFilter(label="公开范围", choices=Visibility.choices)
    family = AnyChoiceFilter(
        label="含有",
        choices=[(name, family._meta.verbose_name) for name, family in FAMILY_NAMES.items()],
        method="keep_with",
    )
    first = DayFilter(label="成文日期自", field_name="dated_on", lookup_expr="gte")
    last = DayFilter(label="至", field_name="dated_on", lookup_expr="lte")

    def keep_named(self, rows: PolicyQuerySet, name: str, value: str) -> PolicyQuerySet:
        return rows.filter(named(value)) if value else rows

    def keep_with(self, rows: PolicyQuerySet, name: str, value: str) -> PolicyQuerySet:
        # The documents are narrowed to the reader already, and their rules are no secret to them.
        return rows.filter(pk__in=FAMILY_NAMES[value].objects.scoped().values("document"))


class RuleFilters(RecordFilters):
    q = TextFilter(label="标题或文号", method="keep_named")
    level = AnyChoiceFilter(label="约束层级", choices=Level.choices, method="keep_binding")
    on = DayFilter(label="有效日期", method="keep_in_force")

    def keep_named(self, rows: RuleQuerySet, name: str, value: str) -> RuleQuerySet:
        return rows.filter(named(value, prefix="document__")) if value else rows

    def keep_binding(self, rows: QuerySet[Rule], name: str, value: str) -> QuerySet[Rule]:
        return rows.filter(levels__contains=[int(value)])

    def keep_in_force(self, rows: RuleQuerySet, name: str, value: date) -> RuleQuerySet:
        return rows.in_force(on=value)


class QuotaRuleFilters(RuleFilters):
    body = AnyChoiceFilter(label="机构", choices=Body.choices)


class MilestoneRuleFilters(RuleFilters):
    milestone = AnyChoiceFilter(label="改革事项", choices=Milestone.choices)


class PostRuleFilters(RuleFilters):
    post = AnyChoiceFilter(label="职务", choices=Post.choices)


class StaffingRuleFilters(RuleFilters):
    employment = AnyChoiceFilter(label="用工形式", choices=Employment.choices)


class KeyTaskRuleFilters(RuleFilters):
    task = AnyChoiceFilter(label="任务", choices=KeyTask.choices)
