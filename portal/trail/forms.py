from datetime import date

from django import forms
from django.http import HttpRequest

from portal.audit.enums import Channel, DisclosureChannel
from portal.lib.filters import refuse_unknown
from portal.lib.form_fields import DayField, PlaceCodeField
from portal.records.forms import ReasonForm
from portal.records.history_queries import LABELS
from portal.records.subjects import NAMES_NOBODY, spells_number

from .kinds import kinds

ALL = ("", "全部")


def kind_choices() -> list[tuple[str, str]]:
    return [ALL, *sorted(((kind.code, kind.label) for kind in kinds()), key=lambda choice: choice[1])]


def sensitive_choices() -> list[tuple[str, str]]:
    return [ALL, *((kind.code, kind.label) for kind in kinds() if kind.is_sensitive or kind.masks)]


class RangeForm(forms.Form):
    """What all three lists can be narrowed by."""

    under = PlaceCodeField()
    who = forms.CharField(label="操作人", max_length=60, required=False)
    since = DayField(label="自", required=False)
    until = DayField(label="至", required=False)

    def clean(self) -> dict[str, object]:
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if isinstance(since, date) and isinstance(until, date) and since > until:
            self.add_error("until", "截止日期不能早于起始日期")
        return cleaned

    @classmethod
    def of(cls, request: HttpRequest) -> "RangeForm":
        """Read the address of a list; what the list does not know is refused."""
        form = cls(request.GET)
        refuse_unknown(request, form)
        return form


class TrailForm(RangeForm):
    kind = forms.ChoiceField(label="记录类型", choices=kind_choices, required=False)
    record = forms.IntegerField(label="记录编号", min_value=1, max_value=2**63 - 1, required=False)
    action = forms.ChoiceField(label="操作", choices=[ALL, *LABELS.items()], required=False)


class LookForm(RangeForm):
    kind = forms.ChoiceField(label="记录类型", choices=sensitive_choices, required=False)
    record = forms.IntegerField(label="记录编号", min_value=1, max_value=2**63 - 1, required=False)
    channel = forms.ChoiceField(label="途径", choices=[ALL, *Channel.choices], required=False)


class DisclosureForm(RangeForm):
    channel = forms.ChoiceField(label="途径", choices=[ALL, *DisclosureChannel.choices], required=False)


class TrailReasonForm(ReasonForm):
    """What the changes of sensitive records are taken away for."""

    causes = ("审计检查", "配合调查", "核查信息泄露", "处理投诉举报")

    def clean(self) -> dict[str, object]:
        if spells_number(self.cleaned_data.get("detail", "")):
            self.add_error("detail", NAMES_NOBODY)
        return self.cleaned_data


class SignInForm(RangeForm):
    outcome = forms.ChoiceField(
        label="结果", choices=[ALL, ("success", "成功"), ("failure", "失败")], required=False
    )
