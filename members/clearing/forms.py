from django import forms
from django.db.models import QuerySet

from associations.models import Association
from associations.register.fields import AssociationField
from members.enums import ClearingVerdict, LeaveReason
from members.filters import MembershipFilters
from members.models import ClearingRound
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.form_fields import DayField
from portal.records.filters import AnyChoiceFilter, RecordFilters, TextFilter

from .actions import REASONS
from .queries import UNCHECKED, found_to

UNMARK = "unmark"
REASON_CHOICES = [(reason.value, reason.label) for reason in REASONS]


class RoundForm(forms.Form):
    """Starts a round."""

    association = AssociationField(label="协会")
    title = forms.CharField(label="名称", max_length=60, help_text="例如：2026年会员重新登记")
    starts_on = DayField(label="开始日期", help_text="核对到这一天为止入会、尚未退会的全部会员")
    ends_on = DayField(label="结束日期", help_text="要求下级完成核对的日期")

    def __init__(self, *args, user: User, **options) -> None:
        super().__init__(*args, **options)
        places = Association.objects.visible_to(user, Permission.EDIT_RECORDS)
        self.fields["association"].offer(places, user=user, chosen=user.home_code(Permission.EDIT_RECORDS))


class RoundFilters(RecordFilters):
    """Narrows the list of a round."""

    q = TextFilter(label="姓名或拼音", method="keep_named")
    state = AnyChoiceFilter(
        label="核对结果", choices=[(UNCHECKED, "未核对"), *ClearingVerdict.choices], method="keep_found"
    )

    keep_named = MembershipFilters.keep_named

    def __init__(self, *args, round_: ClearingRound, **options) -> None:
        super().__init__(*args, **options)
        self.round, self.reader = round_, self.request.user

    def keep_found(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return found_to(rows, value, round_=self.round)


class MarkForm(forms.Form):
    """What was found about the chosen members."""

    verdict = forms.ChoiceField(label="标记为", choices=[*ClearingVerdict.choices, (UNMARK, "未核对")])
    reason = forms.ChoiceField(
        label="退会原因", choices=[("", "请选择（待退会时填写）"), *REASON_CHOICES], required=False
    )

    def found(self) -> tuple[ClearingVerdict | None, str]:
        verdict = self.cleaned_data["verdict"]
        return (None if verdict == UNMARK else ClearingVerdict(verdict)), self.cleaned_data["reason"]


class CloseForm(forms.Form):
    """Ends a round; `left_on` is the last day of those who leave."""

    left_on = DayField(label="退会日期", help_text="待退会会员在册的最后一天")
    seen = forms.IntegerField(widget=forms.HiddenInput)


def reason_label(reason: str) -> str:
    return str(LeaveReason(reason).label) if reason else ""
