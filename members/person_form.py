"""The form of a person, with the ID number, which fills in what it says and points at who has it already."""

from collections.abc import Sequence

from django import forms
from django.views.decorators.debug import sensitive_variables

from associations.register.fields import AssociationField
from associations.register.placed import PlacedForm
from portal.accounts.second_factor import has_second_factor
from portal.lib.dates import now, today
from portal.lib.findings import RuleViolation
from portal.lib.id_numbers import IdNumberError
from portal.lib.key_checks import WrongKeys
from portal.lib.pinyin import initials
from portal.lib.sealed import SealError
from portal.records.forms import formfield_of

from . import identity
from .enums import Sex
from .models import Person
from .person_actions import SAME_NUMBER
from .person_field import choice_of

# Never kept as a draft in the browser, and never offered to the next one at this machine.
PRIVATE = {"data-private": "yes", "autocomplete": "off", "spellcheck": "false"}


class NumberField(forms.CharField):
    """An ID number; what it is compared with is told only to whoever has given a code."""

    needs_code = False

    def __init__(self, **options) -> None:
        widget = forms.TextInput(attrs=PRIVATE)
        super().__init__(max_length=40, widget=widget, template_name="members/number_field.html", **options)


class SameNumberField(forms.Field):
    """People who have the number that is entered: one of them is meant, and nobody else can be."""

    def __init__(self, people: Sequence[Person]) -> None:
        super().__init__(label="已有的档案", required=False, template_name="members/same_number_field.html")
        self.people = tuple(map(choice_of, people))


class DuplicatesField(forms.BooleanField):
    """People who may be the one that is entered, and the word that they are not."""

    def __init__(self, people: Sequence[Person]) -> None:
        super().__init__(label="可能是同一人", required=False, template_name="members/duplicates_field.html")
        self.people = tuple(map(choice_of, people))


class PersonForm(PlacedForm):
    association = AssociationField(label="登记协会")
    id_number = NumberField(label="身份证号", required=False)
    clears_id_number = forms.BooleanField(label="清除已登记的身份证号", required=False)
    field_order = ("association", "name", "id_number", "clears_id_number", "sex", "born_on")

    class Meta:
        model = Person
        fields = (
            "name",
            "sex",
            "born_on",
            "ethnicity",
            "political_status",
            "education",
            "workplace",
            "title",
            "phone",
        )
        formfield_callback = formfield_of

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        # A number says both; without one `clean` asks for the sex.
        self.fields["sex"].required = False
        number = self.fields["id_number"]
        number.help_text = "18 位或旧式 15 位；填写后自动得出出生日期和性别"
        number.needs_code = not has_second_factor(self.user)
        if self.instance.id_number_hash is None:
            del self.fields["clears_id_number"]
        else:
            number.label = "更换身份证号"
            number.help_text = f"已登记 {shown(self.instance)}；留空保持不变，填写新号码即更换"

    @sensitive_variables()
    def clean(self) -> dict:
        self.instance.name_key = initials(self.cleaned_data.get("name", ""))
        if self._takes_number():
            self._follow_number()
        if not self.cleaned_data.get("sex") and "sex" not in self.errors:
            self.add_error("sex", "请选择性别，或填写身份证号")
        cleaned = super().clean()
        if self.cleaned_data.get("id_number") and not self.errors:
            self._point_at_same_number()
        if self.instance.pk is None and not self.errors:
            self._point_at_duplicates()
        return cleaned

    @sensitive_variables()
    def _takes_number(self) -> bool:
        text = self.cleaned_data.get("id_number")
        if text and self.cleaned_data.get("clears_id_number"):
            self.add_error("id_number", "不能同时更换和清除身份证号，请只选一项")
            return False
        try:
            if text:
                identity.set_id_number(self.instance, text, on=today())
            elif self.cleaned_data.get("clears_id_number"):
                identity.clear_id_number(self.instance)
        except (IdNumberError, WrongKeys) as error:
            self.add_error("id_number", str(error))
            return False
        return "id_number" not in self.errors

    def _follow_number(self) -> None:
        """Fill in what the number says, and say where something else was typed."""
        said = identity.number_read_of(self.instance, on=today())
        if said is None:
            return
        born_on, sex = self.cleaned_data.get("born_on"), self.cleaned_data.get("sex")
        if born_on and born_on != said.born_on:
            message = f"与身份证号中的出生日期 {said.born_on} 不一致，请核对这两项"
            self.add_error("born_on", message)
        elif "born_on" not in self.errors:
            self.cleaned_data["born_on"] = said.born_on
        if sex and sex != said.sex:
            self.add_error("sex", f"与身份证号中的性别“{Sex(said.sex).label}”不一致，请核对这两项")
        elif "sex" not in self.errors:
            self.cleaned_data["sex"] = said.sex

    def _point_at_same_number(self) -> None:
        cause = "修改人员" if self.instance.pk else "登记人员"
        try:
            found = identity.same_numbered(self.instance, cause=cause, by=self.user, at=now())
        except RuleViolation as refused:
            self.add_error("id_number", str(refused))
            return
        if found:
            self.fields["same_number"] = SameNumberField(found)
            self.add_error("id_number", SAME_NUMBER)

    def _point_at_duplicates(self) -> None:
        self.instance.name = self.cleaned_data["name"]
        self.instance.born_on = self.cleaned_data["born_on"]
        found = identity.duplicates_of(self.instance, user=self.user)
        if found:
            self.fields["is_another"] = DuplicatesField(found)
            if self.data.get("is_another") != "on":
                self.add_error("is_another", "已有姓名和出生日期相同的人员，请先核对")


def shown(person: Person) -> str:
    """Return the number as the form shows it, or that it cannot be opened."""
    try:
        return identity.masked_id_number(person)
    except SealError:
        return "（密钥已更换，无法显示）"
