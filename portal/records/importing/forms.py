from collections.abc import Sequence

from django import forms

from portal.accounts.models import User
from portal.accounts.second_factor import has_second_factor
from portal.lib.findings import RuleViolation
from portal.records.matching import require_second_factor

from .types import ImportType


class UploadForm(forms.Form):
    type = forms.ChoiceField(label="导入什么")
    file = forms.FileField(
        label="文件",
        help_text="按模板填写的 .xlsx 工作簿，或 UTF-8、GBK 编码的 CSV；不超过 20 MB、50000 行",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        max_length=200,
        allow_empty_file=True,
    )

    def __init__(self, *args, types: Sequence[ImportType], user: User, **options) -> None:
        super().__init__(*args, **options)
        self.user = user
        self.types = {each.slug: each for each in types}
        self.fields["type"].choices = [("", "请选择"), *((each.slug, each.label) for each in types)]

    def clean_type(self) -> str:
        slug = self.cleaned_data["type"]
        if self.types[slug].masked_columns:
            try:
                require_second_factor(self.user)
            except RuleViolation as refused:
                raise forms.ValidationError(str(refused)) from refused
        return slug

    @property
    def needs_code(self) -> bool:
        return not has_second_factor(self.user)

    def chosen(self) -> ImportType:
        return self.types[self.cleaned_data["type"]]
