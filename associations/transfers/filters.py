from datetime import date

from associations.enums import TransferExtent, TransferLack, TransferMode
from associations.models.transfer import FunctionTransferQuerySet
from portal.records.filters import AnyChoiceFilter, DayFilter, RecordFilters, TextFilter


class FunctionTransferFilters(RecordFilters):
    q = TextFilter(label="职能", field_name="function", lookup_expr="contains")
    department = TextFilter(label="移交部门", lookup_expr="contains")
    mode = AnyChoiceFilter(label="承接方式", choices=TransferMode.choices)
    extent = AnyChoiceFilter(label="移交范围", choices=TransferExtent.choices)
    lack = AnyChoiceFilter(label="落实情况", choices=TransferLack.choices, method="keep_lacking")
    on = DayFilter(label="在承接日期", method="keep_in_force")

    def keep_lacking(self, rows: FunctionTransferQuerySet, name: str, value: str) -> FunctionTransferQuerySet:
        return rows.lacking(TransferLack(value))

    def keep_in_force(
        self, rows: FunctionTransferQuerySet, name: str, value: date
    ) -> FunctionTransferQuerySet:
        return rows.in_force(on=value)
