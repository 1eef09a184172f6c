from django import forms

from associations.enums import FIRST_DAY
from associations.milestones.rules import achievement_findings
from portal.lib.dates import today
from portal.lib.form_fields import DayField, DayInput
from portal.records.file_types import TYPE_BY_SUFFIX


class ClaimForm(forms.Form):
    document_number = forms.CharField(
        label="文号", max_length=100, help_text="照文件抄录，如 东府办发〔2020〕8号"
    )
    achieved_on = DayField(
        label="成文日期",
        help_text="文件落款的日期；是否按期完成以此为准",
        widget=DayInput({"min": FIRST_DAY.isoformat()}),
    )
    file = forms.FileField(
        label="佐证文件",
        allow_empty_file=True,
        help_text="盖章文件的扫描件或版式文件（pdf、ofd、docx、xlsx、jpg、png），不超过 20 MB",
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(TYPE_BY_SUFFIX)}),
    )

    def clean_achieved_on(self):
        day = self.cleaned_data["achieved_on"]
        for finding in achievement_findings(day, claimed_on=today()):
            self.add_error("achieved_on", finding.message)
        return day


class StepForm(forms.Form):
    """A step on what the user saw: `seen` is the last step that the page showed."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class ReturnForm(StepForm):
    reason = forms.CharField(
        label="退回理由",
        max_length=500,
        help_text="写明缺什么、怎样补正，申报单位会看到",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
