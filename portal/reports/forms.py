from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError

from associations.enums import Level
from associations.models import Association
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.dates import today
from portal.lib.form_fields import DayField, DayInput

from .actions import FIRST_DAY
from .models import ReportFormat, ReportKind

DIRECT = "direct"


class ReportForm(forms.Form):
    # Drawn by the association picker, whose box has this id.
    association = forms.CharField(
        label="协会", max_length=20, widget=forms.TextInput(attrs={"id": "picker-association-code"})
    )
    kinds = forms.MultipleChoiceField(
        label="报告", choices=ReportKind, widget=forms.CheckboxSelectMultiple, initial=[ReportKind.QUOTA]
    )
    on = DayField(
        label="截至日期",
        widget=DayInput({"min": FIRST_DAY.isoformat()}),
    )
    formats = forms.MultipleChoiceField(
        label="格式",
        choices=ReportFormat,
        widget=forms.CheckboxSelectMultiple,
        initial=[ReportFormat.PDF, ReportFormat.XLSX],
    )
    reach = forms.ChoiceField(
        label="范围",
        widget=forms.RadioSelect,
        initial="own",
        choices=[
            ("own", "只生成该协会的报告"),
            (DIRECT, "为全部下级分别生成"),
            ("county", "为其下全部县（区）分别生成"),
        ],
    )
    request_key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["on"].initial = today()
        self.fields["request_key"].initial = uuid4()

    def clean_association(self) -> Association:
        # A code outside the grant and one that does not exist get the same answer.
        places = Association.objects.visible_to(self.user, Permission.MAKE_REPORTS)
        place = places.filter(code=self.cleaned_data["association"].strip()).first()
        if place is None:
            raise ValidationError("没有这个协会，或您无权为其生成报告")
        return place

    def renew_key(self) -> None:
        """Let the form be sent once more as a request of its own, after the first was refused."""
        self.data = self.data.copy()
        self.data["request_key"] = str(uuid4())

    @property
    def is_batch(self) -> bool:
        return self.cleaned_data["reach"] != "own"

    @property
    def level(self) -> Level | None:
        return Level.COUNTY if self.cleaned_data["reach"] == "county" else None
