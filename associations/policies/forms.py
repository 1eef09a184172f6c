from django import forms
from django.forms import CheckboxSelectMultiple

from associations.enums import Constituency, Level
from associations.models import Association, ObservanceRule, PolicyDocument, QuotaRule, Rule
from associations.policies.packs import content_fields
from associations.policies.queries import FAMILY_NAMES, PolicyFilter, documents_named
from associations.policies.tables import WEEKDAYS
from associations.register.fields import AssociationField
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.records.file_types import TYPE_BY_SUFFIX
from portal.records.forms import RecordForm, formfield_of

FAMILIES = [(name, family._meta.verbose_name) for name, family in FAMILY_NAMES.items()]


class FilterForm(forms.Form):
    q = forms.CharField(label="标题或文号", required=False, max_length=100)
    issuer = forms.RegexField(label="发文地区代码", regex=r"^\d{2,12}$", required=False, max_length=12)
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


class DocumentForm(RecordForm):
    issuer = AssociationField(label="发文地区")
    basis = forms.CharField(
        label="依据",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="每行一份已登记文件的文号；没有文号的写标题",
    )
    file = forms.FileField(
        label="附件",
        required=False,
        allow_empty_file=True,
        help_text="pdf、ofd、docx、xlsx、jpg 或 png，不超过 20 MB",
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(TYPE_BY_SUFFIX)}),
    )
    field_order = ("issuer", "issued_by", "number", "title", "dated_on", "printed_on", "published_on")

    class Meta:
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
            "remark",
        )
        help_texts = {
            "number": "照文件抄录，如 赣卫办字〔2020〕4号；没有文号的留空",
            "visibility": "受限文件只有发文地区及其上级可以查看，其规定照样适用于下级",
        }
        formfield_callback = formfield_of

    def __init__(self, *args, user: User, **options) -> None:
        super().__init__(*args, **options)
        self.user = user
        managed = Association.objects.visible_to(user, Permission.MANAGE_POLICIES)
        self.fields["issuer"].offer(managed, user=user, chosen=user.home_code(Permission.MANAGE_POLICIES))

    def clean_basis(self) -> list[PolicyDocument]:
        names = {line.strip() for line in self.cleaned_data["basis"].splitlines() if line.strip()}
        found = documents_named(self.user, names)
        known = {document.number or document.title for document in found}
        for name in sorted(names - known):
            self.add_error("basis", f"没有登记“{name[:60]}”，请先登记该文件或改正文号")
        return found

    def clean(self) -> dict:
        self.instance.issuer = self.cleaned_data.get("issuer")
        return super().clean()


class RuleForm(RecordForm):
    """A rule of one document; `seen` is the version of the document that the page showed."""

    scope = AssociationField(label="适用地区")
    levels = forms.TypedMultipleChoiceField(label="约束层级", coerce=int, widget=CheckboxSelectMultiple)
    seen = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, document: PolicyDocument, user: User, **options) -> None:
        initial = {"starts_on": document.dated_on, "seen": document.version}
        super().__init__(*args, initial=initial, **options)
        self.document = document
        managed = Association.objects.visible_to(user, Permission.MANAGE_POLICIES)
        self.fields["scope"].offer(managed, user=user, chosen=document.issuer.code)
        self.fields["levels"].choices = [
            choice for choice in Level.choices if choice[0] >= document.issuer.level
        ]
        self.order_fields(("clause", "scope", "levels", *content_fields(self._meta.model)))

    def clean(self) -> dict:
        self.instance.document = self.document
        self.instance.scope = self.cleaned_data.get("scope")
        return super().clean()


class QuotaRuleForm(RuleForm):
    constituencies = forms.MultipleChoiceField(
        label="计入的代表类别", choices=Constituency.choices, widget=CheckboxSelectMultiple
    )


class ObservanceRuleForm(RuleForm):
    weekday = forms.TypedChoiceField(
        label="星期",
        required=False,
        choices=[("", "（固定日期）"), *((number, f"星期{name}") for number, name in enumerate(WEEKDAYS))],
        coerce=int,
        empty_value=None,
        help_text="固定日期只填月、日；如母亲节，填月、第几个和星期",
    )


FORMS: dict[type[Rule], type[RuleForm]] = {QuotaRule: QuotaRuleForm, ObservanceRule: ObservanceRuleForm}


def rule_form(family: type[Rule]) -> type[RuleForm]:
    """Return the form for rules of one family."""
    return forms.modelform_factory(
        family,
        form=FORMS.get(family, RuleForm),
        fields=("clause", "levels", "starts_on", "ends_on", *content_fields(family)),
        formfield_callback=formfield_of,
    )


class EndForm(forms.Form):
    on = forms.DateField(
        label="失效日期",
        help_text="规定有效的最后一天；之前各日的判断不受影响",
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)
