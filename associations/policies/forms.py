from typing import TypeVar

from django import forms
from django.db import models

from associations.enums import Level
from associations.models import Association, ObservanceRule, PolicyDocument, Rule
from associations.policies.packs import content_fields
from associations.policies.queries import FAMILY_NAMES, PolicyFilter, basis_of, documents_named
from associations.policies.tables import WEEKDAYS
from associations.register.fields import AssociationField
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.form_fields import DayField, PlaceCodeField
from portal.records.forms import RecordForm, VersionedForm, formfield_of

FAMILIES = [(name, family._meta.verbose_name) for name, family in FAMILY_NAMES.items()]


class FilterForm(forms.Form):
    q = forms.CharField(label="标题或文号", required=False, max_length=100)
    issuer = PlaceCodeField(label="发文地区代码")
    family = forms.ChoiceField(label="含有", required=False, choices=[("", "全部规定"), *FAMILIES])
    in_force = forms.BooleanField(label="只看有效", required=False)

    def wanted(self) -> PolicyFilter:
        chosen = self.cleaned_data if self.is_valid() else {}
        return PolicyFilter(
            text=chosen.get("q", ""),
            issuer=chosen.get("issuer", ""),
            family=FAMILY_NAMES.get(chosen.get("family", "")),
            in_force_only=chosen.get("in_force", False),
        )


class BasisField(forms.CharField):
    """Documents that the user may read, named a line each by their numbers or titles."""

    user: User

    def __init__(self, **options) -> None:
        super().__init__(
            label="依据",
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text="每行一份已登记文件的文号；没有文号的写标题",
            **options,
        )

    def clean(self, value: str) -> list[PolicyDocument]:
        names = {line.strip() for line in super().clean(value).splitlines() if line.strip()}
        found = documents_named(self.user, names)
        known = {document.number or document.title for document in found}
        if missing := sorted(names - known):
            raise forms.ValidationError(
                [f"没有登记“{name[:60]}”，请先登记该文件或改正文号" for name in missing]
            )
        return found


class DocumentMeta:
    model = PolicyDocument
    fields = (
        "issued_by",
        "number",
        "title",
        "dated_on",
        "printed_on",
        "published_on",
        "issue",
        "visibility",
        "file",
        "remark",
    )
    help_texts = {
        "number": "照文件抄录，如 赣卫办字〔2020〕4号；没有文号的留空",
        "visibility": "受限文件只有发文地区及其上级可以查看，其规定照样适用于下级",
    }
    formfield_callback = formfield_of


class DocumentForm(RecordForm):
    issuer = AssociationField(label="发文地区")
    basis = BasisField()
    field_order = ("issuer", *DocumentMeta.fields)

    class Meta(DocumentMeta):
        pass

    def __init__(self, *args, user: User, **options) -> None:
        super().__init__(*args, **options)
        self.fields["basis"].user = user
        managed = Association.objects.visible_to(user, Permission.MANAGE_POLICIES)
        self.fields["issuer"].offer(managed, user=user, chosen=user.home_code(Permission.MANAGE_POLICIES))

    def clean(self) -> dict:
        self.instance.issuer = self.cleaned_data.get("issuer")
        return super().clean()


class DocumentCorrectionForm(VersionedForm):
    """Corrects what is on record about a document."""

    basis = BasisField()

    class Meta(DocumentMeta):
        pass

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.fields["basis"].user = self.user
        readable = basis_of(self.instance, user=self.user)
        self.initial["basis"] = "\n".join(each.number or each.title for each in readable)
        self.unreadable = [each for each in self.instance.basis.all() if each not in readable]

    def clean_basis(self) -> list[PolicyDocument]:
        named = self.cleaned_data["basis"]
        if self.instance in named:
            raise forms.ValidationError("文件不能以自身为依据")
        # What the user may not read was put there by somebody who may, and stays.
        return [*named, *self.unreadable]


class RuleForm(RecordForm):
    """A rule of one document; `seen` is the version of the document that the page showed."""

    scope = AssociationField(label="适用地区")
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, document: PolicyDocument, user: User, **options) -> None:
        initial = {"starts_on": document.dated_on, "seen": document.version}
        super().__init__(*args, initial=initial, **options)
        self.document = document
        managed = Association.objects.visible_to(user, Permission.MANAGE_POLICIES)
        self.fields["scope"].offer(managed, user=user, chosen=document.issuer.code)
        self.fields["levels"].choices = levels_below(document.issuer)
        self.order_fields(("clause", "scope", "levels", *content_fields(self._meta.model)))

    def clean(self) -> dict:
        self.instance.document = self.document
        self.instance.scope = self.cleaned_data.get("scope")
        return super().clean()


class RuleCorrectionForm(VersionedForm):
    """Corrects a rule; whom another place should bind is another rule."""

    def __init__(self, *args, **options) -> None:
        super().__init__(*args, **options)
        self.fields["levels"].choices = levels_below(self.instance.document.issuer)


def levels_below(issuer: Association) -> list[tuple[int, str]]:
    """List the levels that a document of the issuer may bind."""
    return [(level, label) for level, label in Level.choices if level >= issuer.level]


def rule_field(field: models.Field, **options) -> forms.Field | None:
    """Make the form field of a rule; the weekday of an observance is chosen by name."""
    if field.model is not ObservanceRule or field.name != "weekday":
        return formfield_of(field, **options)
    return forms.TypedChoiceField(
        label="星期",
        required=False,
        choices=[("", "（固定日期）"), *((number, f"星期{name}") for number, name in enumerate(WEEKDAYS))],
        coerce=int,
        empty_value=None,
        help_text="固定日期只填月、日；如母亲节，填月、第几个和星期",
    )


F = TypeVar("F", bound=RecordForm)


def rule_form(family: type[Rule], form: type[F]) -> type[F]:
    """Return the form for rules of one family."""
    return forms.modelform_factory(
        family,
        form=form,
        fields=("clause", "levels", "starts_on", "ends_on", *content_fields(family)),
        formfield_callback=rule_field,
    )


class EndForm(forms.Form):
    on = DayField(label="失效日期", help_text="规定有效的最后一天；之前各日的判断不受影响")
    seen = forms.IntegerField(widget=forms.HiddenInput)
