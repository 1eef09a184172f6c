from typing import Self

from django.db import models
from django.db.models import F, Q

from associations.enums import TransferExtent, TransferLack, TransferMode
from portal.accounts.history import tracked
from portal.accounts.roles import Permission

from .association import Association, OfAssociationQuerySet

LACKS = {
    TransferLack.STAFF: Q(staff_moved=0),
    TransferLack.MONEY: Q(money_moved_fen=0),
    TransferLack.STAFF_UNKNOWN: Q(staff_moved__isnull=True),
    TransferLack.MONEY_UNKNOWN: Q(money_moved_fen__isnull=True),
}


class FunctionTransferQuerySet(OfAssociationQuerySet):
    view_permission = Permission.VIEW_STATISTICS

    def lacking(self, lack: TransferLack) -> Self:
        return self.filter(LACKS[lack])


@tracked()
class FunctionTransfer(models.Model):
    """A public function that a department handed over to an association, and what came along with it."""

    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, related_name="function_transfers", verbose_name="承接协会"
    )
    function = models.CharField("职能", max_length=200)
    department = models.CharField("移交部门", max_length=100)
    mode = models.CharField("承接方式", max_length=10, choices=TransferMode)
    extent = models.CharField("移交范围", max_length=10, choices=TransferExtent)
    document_number = models.CharField("文号", max_length=100, blank=True)
    dated_on = models.DateField("成文日期", null=True, blank=True)
    staff_moved = models.PositiveSmallIntegerField(
        "划转人员(人)", null=True, blank=True, help_text="没有划转填0，尚不清楚的留空"
    )
    money_moved_fen = models.PositiveBigIntegerField(
        "每年划转经费(分)", null=True, blank=True, help_text="没有划转填0，尚不清楚的留空"
    )
    starts_on = models.DateField("承接日期")
    ends_on = models.DateField("终止日期", null=True, blank=True)
    note = models.CharField("说明", max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = FunctionTransferQuerySet.as_manager()

    class Meta:
        verbose_name = "职能转移"
        constraints = [
            models.UniqueConstraint(
                fields=["association", "function", "department"],
                condition=Q(ends_on__isnull=True),
                name="function_transfer_open_once",
                violation_error_message="该部门的这项职能已登记，且仍在承接",
            ),
            models.CheckConstraint(
                name="function_transfer_dates_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="终止日期不能早于承接日期",
            ),
        ]

    def __str__(self) -> str:
        return self.function
