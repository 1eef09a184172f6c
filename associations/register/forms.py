from django import forms

from associations.enums import Kind, Level, RegisterState
from associations.models import Association
from associations.register.actions import PLAIN_FACTS
from associations.register.queries import RegisterFilters
from portal.lib.form_fields import DayField, PlaceCodeField
from portal.records.forms import VersionedForm, formfield_of


class RegisterFilterForm(forms.Form):
    q = forms.CharField(label="名称、代码或拼音", required=False, max_length=60)
    level = forms.TypedChoiceField(
        label="层级", required=False, choices=[("", "全部"), *Level.choices], coerce=int, empty_value=None
    )
    kind = forms.ChoiceField(label="类别", required=False, choices=[("", "全部"), *Kind.choices])
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *RegisterState.choices])
    under = PlaceCodeField()

    def wanted(self) -> RegisterFilters:
        chosen = self.cleaned_data if self.is_valid() else {}
        level, kind, state = chosen.get("level"), chosen.get("kind"), chosen.get("state")
        return RegisterFilters(
            under=chosen.get("under", ""),
            level=Level(level) if level else None,
            kind=Kind(kind) if kind else None,
            state=RegisterState(state) if state else None,
            text=chosen.get("q", ""),
        )


class AssociationForm(VersionedForm):
    """Corrects plain facts; code, name, level and days change on pages of their own, with a document."""

    class Meta:
        model = Association
        fields = PLAIN_FACTS
        formfield_callback = formfield_of

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        for name in ("home_place", "host_place"):
            if self.instance.kind == Kind.AWAY:
                self.fields[name].required = True
            else:
                del self.fields[name]


class EstablishForm(forms.Form):
    on = DayField(label="成立日期")
    seen = forms.IntegerField(widget=forms.HiddenInput)


class DissolveForm(forms.Form):
    on = DayField(label="撤销日期", help_text="协会存续的最后一天；该地区仍为应建")
    seen = forms.IntegerField(widget=forms.HiddenInput)


class UnitForm(forms.Form):
    kind = forms.ChoiceField(
        label="类别", choices=[each for each in Kind.choices if each[0] != Kind.DIVISION]
    )
    name = forms.CharField(label="名称", max_length=Association._meta.get_field("name").max_length)
    short_name = forms.CharField(
        label="简称", max_length=Association._meta.get_field("short_name").max_length
    )
    on = DayField(label="成立日期")
    home_place = forms.CharField(
        label="流出地", required=False, max_length=100, help_text="驻外流动人口计生协必填"
    )
    host_place = forms.CharField(
        label="驻地", required=False, max_length=100, help_text="驻外流动人口计生协必填"
    )


class ChangeForm(forms.Form):
    """What every change of code or name rests on."""

    on = DayField(label="生效日期")
    document_number = forms.CharField(label="依据文号", max_length=100, help_text="例如 民函〔2022〕18号")


class RecodeForm(ChangeForm):
    new_code = forms.CharField(label="新代码", max_length=12, help_text="与现代码位数相同；下级代码随之变更")
    field_order = ("new_code", "on", "document_number")


class RenameForm(ChangeForm):
    name = forms.CharField(label="新名称", max_length=100)
    short_name = forms.CharField(label="新简称", max_length=60)
    seen = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ("name", "short_name", "on", "document_number")


class MergeForm(ChangeForm):
    pass


class SplitForm(ChangeForm):
    code = forms.CharField(label="析出地区代码", max_length=12, help_text="与原地区代码位数相同")
    name = forms.CharField(label="析出协会名称", max_length=100)
    short_name = forms.CharField(label="析出地区简称", max_length=60)
    field_order = ("code", "name", "short_name", "on", "document_number")
