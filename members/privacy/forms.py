from django import forms
from django.db.models import Model

from members.enums import IdentityCheck, RequestKind
from portal.lib.dates import today
from portal.lib.form_fields import DayField
from portal.records.filters import AnyChoiceFilter, DayFilter, RecordFilters

from .requests import Asked


class AskedForm(forms.Form):
    """Who asked for what they may ask about their own data; `seen` is the version that the page showed."""

    received_on = DayField(label="收到日期", initial=today)
    identity_check = forms.ChoiceField(label="身份核验", choices=[("", "请选择"), *IdentityCheck.choices])
    reason = forms.CharField(
        label="事由",
        min_length=5,
        max_length=150,
        help_text="将长期保存，请不要写姓名、电话、证件号码或住址",
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, record: Model, **options) -> None:
        super().__init__(*args, **options)
        self.initial["seen"] = record.version

    def clean_received_on(self):
        received_on = self.cleaned_data["received_on"]
        if received_on > today():
            raise forms.ValidationError("收到日期不能晚于今天")
        return received_on

    def asked(self) -> Asked:
        values = self.cleaned_data
        return Asked(**values | {"identity_check": IdentityCheck(values["identity_check"])})


class RequestFilters(RecordFilters):
    kind = AnyChoiceFilter(label="请求", choices=RequestKind.choices)
    received_from = DayFilter(label="收到日期自", field_name="received_on", lookup_expr="gte")
    received_to = DayFilter(label="至", field_name="received_on", lookup_expr="lte")
