"""The record type of functions handed over to associations."""

from associations.models import FunctionTransfer
from associations.transfers.filters import FunctionTransferFilters
from associations.transfers.forms import FunctionTransferForm
from associations.transfers.rules import lacks_of
from portal.records import columns
from portal.records.registry import register
from portal.records.types import Column, Ending, RecordType

FOLLOWED = "人员、经费均已划转"


def lacking_words(transfer: FunctionTransfer) -> str:
    lacks = lacks_of(staff_moved=transfer.staff_moved, money_moved_fen=transfer.money_moved_fen)
    return "、".join(str(lack.label) for lack in lacks) or FOLLOWED


TRANSFERS = RecordType(
    slug="function-transfers",
    model=FunctionTransfer,
    related=("association",),
    columns=(
        columns.text("function", "职能"),
        columns.text("department", "移交部门"),
        columns.choice("mode", "承接方式"),
        columns.choice("extent", "移交范围"),
        Column(name="lack", label="落实情况", read=lacking_words),
        columns.number("staff_moved", "划转人员(人)"),
        columns.money("money_moved_fen", "每年划转经费(元)"),
        columns.text("document_number", "文号"),
        columns.day("dated_on", "成文日期", is_shown=False),
        columns.day("starts_on", "承接日期"),
        columns.day("ends_on", "终止日期", is_shown=False),
        columns.text("note", "说明", is_shown=False),
        *columns.place(),
        columns.key(),
    ),
    order="code",
    filters=FunctionTransferFilters,
    form=FunctionTransferForm,
    parents=("association",),
    bulk_fields=("mode", "extent", "document_number", "dated_on"),
    ending=Ending(label="终止承接", fields=("ends_on",)),
    deletes=True,
)

register(TRANSFERS)
