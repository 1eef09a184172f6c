"""The record types of the rules of policy documents, one for each family."""

from operator import attrgetter

from django.urls import reverse

from associations.enums import Constituency, Level
from associations.models import (
    KeyTaskRule,
    MilestoneRule,
    ObservanceRule,
    PostRule,
    Provision,
    QuotaRule,
    Rule,
    StaffingRule,
    TermRule,
)
from associations.policies import actions
from associations.policies.filters import (
    KeyTaskRuleFilters,
    MilestoneRuleFilters,
    PostRuleFilters,
    QuotaRuleFilters,
    RuleFilters,
    StaffingRuleFilters,
)
from associations.policies.forms import RuleCorrectionForm, rule_form
from associations.policies.queries import slug_of
from associations.policies.tables import day_text
from portal.accounts.roles import Permission
from portal.lib.page_parts import Action
from portal.records import columns
from portal.records.registry import register
from portal.records.types import Column, RecordType

DOCUMENT = (
    columns.labels("levels", "约束层级", Level),
    Column(name="scope", label="适用地区", read=attrgetter("scope.short_name")),
    columns.day("starts_on", "生效日期"),
    columns.day("ends_on", "失效日期"),
    Column(name="document", label="政策文件", read=lambda rule: str(rule.document)),
    columns.text("clause", "条款"),
    *columns.place("document.issuer", label="发文地区"),
)


def document_link(rule: Rule) -> list[Action]:
    url = reverse("policies:detail", args=[rule.document_id])
    return [Action(label="查看文件", url=url, icon="policy")]


def of_family(family: type[Rule], *content: Column, filters: type[RuleFilters] = RuleFilters) -> RecordType:
    """Declare the type of one family of rules."""
    return RecordType(
        slug=slug_of(family),
        model=family,
        related=("document__issuer", "scope"),
        columns=(*content, *DOCUMENT),
        order="code",
        filters=filters,
        form=rule_form(family, RuleCorrectionForm),
        edit_permission=Permission.MANAGE_POLICIES,
        form_creates=False,
        parents=("document",),
        note="新的规定在所属文件的页面增加，不再适用的在那里终止；这里只更正登记错误",
        write=actions.correct_rule,
        links=document_link,
    )


register(
    of_family(
        QuotaRule,
        columns.choice("body", "机构"),
        columns.decimal("min_percent", "最低比例(%)"),
        columns.labels("constituencies", "计入的代表类别", Constituency),
        filters=QuotaRuleFilters,
    ),
    of_family(
        MilestoneRule,
        columns.choice("milestone", "改革事项"),
        columns.day("deadline", "完成期限"),
        columns.text("evidence", "佐证材料"),
        columns.number("weight", "权重"),
        filters=MilestoneRuleFilters,
    ),
    of_family(
        TermRule,
        columns.number("years", "每届年数"),
        columns.number("max_delay_months", "最长延期月数"),
    ),
    of_family(
        PostRule,
        columns.choice("post", "职务"),
        columns.text("held_by", "由何职务兼任"),
        columns.choice("employment", "任职形式"),
        filters=PostRuleFilters,
    ),
    of_family(
        StaffingRule,
        columns.number("min_staff", "最少人数"),
        columns.number("max_staff", "最多人数"),
        columns.choice("employment", "用工形式"),
        filters=StaffingRuleFilters,
    ),
    of_family(
        ObservanceRule,
        columns.text("name", "名称"),
        Column(name="day", label="日期", read=day_text),
    ),
    of_family(
        KeyTaskRule,
        columns.text("name", "名称"),
        columns.choice("task", "所属任务"),
        columns.number("position", "次序"),
        filters=KeyTaskRuleFilters,
    ),
    of_family(
        Provision,
        columns.text("topic", "事项"),
        columns.text("text", "内容"),
    ),
)
