from django import forms

from associations.enums import FIRST_DAY, Body, Milestone
from associations.models import Association
from associations.register.fields import AssociationField
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.dates import today
from portal.lib.form_fields import DayField, DayInput
from portal.oversight.enums import NoticeKind, NoticeStep
from portal.records.file_types import TYPE_BY_SUFFIX

NONE = [("", "不涉及")]


def text_field(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=1000, help_text=help_text, widget=forms.Textarea(attrs={"rows": 4})
    )


class NoticeForm(forms.Form):
    """What was found wrong with an association strictly below the user's own grants."""

    association = AssociationField(label="被督办协会")
    kind = forms.ChoiceField(label="问题类型", choices=[("", "请选择"), *NoticeKind.choices])
    milestone = forms.ChoiceField(
        label="改革事项", choices=NONE + Milestone.choices, required=False, help_text="逾期改革事项须选择"
    )
    body = forms.ChoiceField(
        label="机构", choices=NONE + Body.choices, required=False, help_text="比例不达标须选择"
    )
    finding = text_field("发现的问题", "写明事实和依据，发出后被督办协会会看到")
    on = DayField(label="发现日期", widget=DayInput({"min": FIRST_DAY.isoformat()}), initial=today)

    def __init__(self, *args, user: User, **options) -> None:
        super().__init__(*args, **options)
        grants = user.scope.prefixes_for(Permission.EDIT_RECORDS)
        below = Association.objects.visible_to(user, Permission.EDIT_RECORDS).exclude(code__in=grants)
        self.fields["association"].offer(below, user=user, chosen=self.initial.get("association", ""))


class SeenStepForm(forms.Form):
    """A step on what the user saw: `seen` is the last step that the page showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class IssueForm(SeenStepForm):
    document_number = forms.CharField(
        label="文号", max_length=100, help_text="照文件抄录，如 洪计生协〔2026〕8号"
    )
    on = DayField(label="发出日期", widget=DayInput({"min": FIRST_DAY.isoformat()}), initial=today)
    due_on = DayField(label="回复期限", widget=DayInput({"min": FIRST_DAY.isoformat()}))
    text = forms.CharField(
        label="要求", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class AnswerForm(SeenStepForm):
    text = text_field("整改情况", "写明做了什么、结果如何")
    file = forms.FileField(
        label="佐证文件",
        allow_empty_file=True,
        help_text="盖章文件的扫描件或版式文件（pdf、ofd、docx、xlsx、jpg、png），不超过 20 MB",
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(TYPE_BY_SUFFIX)}),
    )


class ReturnAnswerForm(SeenStepForm):
    text = text_field("退回理由", "写明还缺什么、怎样补充")
    due_on = DayField(label="新的回复期限", widget=DayInput({"min": FIRST_DAY.isoformat()}))


class CloseForm(SeenStepForm):
    text = text_field("办结意见", "写明核对了什么、为何可以办结")


class RaiseForm(SeenStepForm):
    text = text_field("提请理由", "写明为何须由上级协会办理")


class WithdrawForm(SeenStepForm):
    text = text_field("撤销理由", "写明为何不应督办")


STEP_FORMS: dict[NoticeStep, type[SeenStepForm]] = {
    NoticeStep.NOTICED: IssueForm,
    NoticeStep.ANSWERED: AnswerForm,
    NoticeStep.CLOSED: CloseForm,
    NoticeStep.RETURNED: ReturnAnswerForm,
    NoticeStep.RAISED: RaiseForm,
    NoticeStep.WITHDRAWN: WithdrawForm,
}


class ProposalFilters(forms.Form):
    kind = forms.ChoiceField(
        label="问题类型",
        required=False,
        choices=[
            ("", "全部"),
            *((kind.value, kind.label) for kind in (NoticeKind.OVERDUE_MILESTONE, NoticeKind.QUOTA)),
        ],
    )
