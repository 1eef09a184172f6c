"""Which records are of one person: pairs that were looked at and are not, and records that were merged."""

from django.db import models
from django.db.models import F

from portal.accounts.history import tracked
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet

from .person import Person


class DistinctPairQuerySet(ScopedQuerySet):
    scope_path = "first__association__code"
    view_permission = Permission.VIEW_PEOPLE


@tracked()
class DistinctPair(models.Model):
    """Two people who look alike and are not the same, as somebody found who asked."""

    first = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        related_name="distinct_after",
        verbose_name="人员甲",
        db_index=False,  # the unique pair begins with it
    )
    second = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="distinct_before", verbose_name="人员乙"
    )
    marked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="标记人")
    marked_at = models.DateTimeField("标记时间", auto_now_add=True)

    objects = DistinctPairQuerySet.as_manager()

    class Meta:
        verbose_name = "不是同一人的标记"
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"],
                name="distinct_pair_once",
                violation_error_message="这两人已标记为不是同一人",
            ),
            models.CheckConstraint(
                name="distinct_pair_in_order",
                condition=models.Q(first__lt=F("second")),
                violation_error_message="一对人员按编号从小到大登记",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} {self.second}"


class MergedPersonQuerySet(ScopedQuerySet):
    scope_path = "kept__association__code"
    view_permission = Permission.VIEW_PEOPLE


@tracked()
class MergedPerson(models.Model):
    """A person's record that is no more, because it was merged into the one that is kept."""

    # The key and not a foreign key: the row behind it is gone, and its address is still asked for.
    old_key = models.BigIntegerField("原编号", unique=True)
    name = models.CharField("原姓名", max_length=50)
    id_number_hash = models.CharField(
        "身份证号(检索值)", max_length=64, db_collation="C", null=True, editable=False
    )
    kept = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="absorbed", verbose_name="保留的档案"
    )
    # Label → what the record said, without its ID number.
    values = models.JSONField("原内容")
    merged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="合并人")
    merged_at = models.DateTimeField("合并时间", auto_now_add=True)

    objects = MergedPersonQuerySet.as_manager()

    class Meta:
        verbose_name = "合并记录"
        ordering = ["-pk"]
        indexes = [
            models.Index(
                fields=["id_number_hash"],
                name="merged_person_id_number",
                condition=models.Q(id_number_hash__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name
