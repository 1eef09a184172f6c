from datetime import date

from django import forms

from associations.models import Association
from associations.register.fields import AssociationField
from members.models import MemberGroup
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.dates import today
from portal.lib.form_fields import DayField, PlaceCodeField


class GroupField(forms.ModelChoiceField):
    """A group of one association, which a form names when it is made."""

    def __init__(self) -> None:
        super().__init__(
            MemberGroup.objects.none(), label="编入会员小组", required=False, empty_label="不编组"
        )


class TransferForm(forms.Form):
    """Where members go, and from which day on; `seen` is the version of a single one."""

    to = AssociationField(label="转入协会")
    on = DayField(label="转入日期", help_text="前一日为原协会的最后一天")
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, user: User, **options) -> None:
        super().__init__(*args, **options)
        places = Association.objects.visible_to(user, Permission.EDIT_RECORDS)
        self.fields["to"].offer(places, user=user, chosen="")


class GroupForm(forms.Form):
    """The group that members enter where they go; `expected` is how many were confirmed."""

    group = GroupField()
    expected = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, to: Association, on: date, **options) -> None:
        super().__init__(*args, **options)
        self.fields["group"].queryset = to.member_groups.active(on=on).order_by("name")


class RequestForm(forms.Form):
    """Asks the association at a code outside the user's reach to take over a member."""

    to_code = PlaceCodeField(
        label="转入协会代码",
        required=True,
        help_text="对方协会的行政区划代码，请向对方核实；代码有误时申请无人办理，六十天后过期",
        error_messages={"invalid": "请填写 2 至 12 位数字的协会代码"},
    )
    reason = forms.CharField(label="转会原因", max_length=200)


class AcceptForm(forms.Form):
    """From which day on a member is taken over, and into which group."""

    on = DayField(label="转入日期", help_text="前一日为原协会的最后一天")
    group = GroupField()
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, to: Association, **options) -> None:
        super().__init__(*args, **options)
        self.fields["group"].queryset = to.member_groups.active(on=today()).order_by("name")


class AnswerForm(forms.Form):
    answer = forms.CharField(label="理由", max_length=200)
    seen = forms.IntegerField(widget=forms.HiddenInput)


class WithdrawForm(forms.Form):
    seen = forms.IntegerField(widget=forms.HiddenInput)
