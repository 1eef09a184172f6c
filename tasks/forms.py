from django import forms

from associations.register.placed import PlacedForm
from portal.lib.credit_codes import CreditCodeError, read_credit_code
from portal.records.forms import formfield_of

from .enums import Essential
from .models import PartnerUnit, Venue


class VenueForm(PlacedForm):
    essentials = forms.MultipleChoiceField(
        label="六有",
        choices=Essential.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="只填暖心家园",
    )

    class Meta:
        model = Venue
        fields = (
            "kind",
            "name",
            "address",
            "area",
            "opened_on",
            "recognition",
            "essentials",
            "facilities",
            "phone",
        )
        formfield_callback = formfield_of


class PartnerUnitForm(PlacedForm):
    # Room for the spaces and dashes that people copy along; the reader takes them out.
    credit_code = forms.CharField(label="统一社会信用代码", max_length=40, required=False)

    class Meta:
        model = PartnerUnit
        fields = (
            "name",
            "kind",
            "credit_code",
            "does",
            "contact_name",
            "phone",
            "starts_on",
            "ends_on",
        )
        formfield_callback = formfield_of

    def clean_credit_code(self) -> str:
        typed = self.cleaned_data["credit_code"]
        try:
            return read_credit_code(typed) if typed else ""
        except CreditCodeError as error:
            raise forms.ValidationError(str(error)) from error
