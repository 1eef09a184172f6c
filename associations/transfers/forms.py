from associations.models import FunctionTransfer
from associations.register.fields import AssociationField
from associations.register.placed import PlacedForm
from portal.records.forms import formfield_of


class FunctionTransferForm(PlacedForm):
    association = AssociationField(label="承接协会")

    class Meta:
        model = FunctionTransfer
        fields = (
            "function",
            "department",
            "mode",
            "extent",
            "document_number",
            "dated_on",
            "staff_moved",
            "money_moved_fen",
            "starts_on",
            "note",
        )
        formfield_callback = formfield_of
