from django.db import models
from django.db.models import Q

from associations.models import Association
from members.enums import Education, PoliticalStatus, Sex
from members.likeness import Traits
from portal.accounts.history import tracked
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet
from portal.lib.sealed_columns import SealedField

from .freezing import stays_while_frozen
from .number_county import KNOWS_NUMBER_COUNTY

ID_NUMBER_PURPOSE = "person.id_number"
ERASED_NAME = "已删除人员"
# Also to whoever does not reach the other record: it names nobody and no place.
NUMBER_TAKEN = "该身份证号在本县（市、区）已有登记，请使用已登记的档案，或请县级协会核对"


class PersonQuerySet(ScopedQuerySet):
    view_permission = Permission.VIEW_PEOPLE


# The sealed number stays out of the history, which nobody can re-seal or erase; its keyed hash stays in. The
# county follows from the association, and a recode of that is no change of everybody in it.
@tracked(in_bulk=True, exclude=("id_number_sealed", "number_county"))
class Person(models.Model):
    """Somebody on record at an association's office: in a council, a member, a volunteer."""

    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, related_name="people", verbose_name="登记协会"
    )
    name = models.CharField("姓名", max_length=50)
    name_key = models.CharField("拼音首字母", max_length=50, db_collation="C", editable=False)
    sex = models.CharField("性别", max_length=10, choices=Sex)
    born_on = models.DateField("出生日期", null=True, blank=True)
    ethnicity = models.CharField("民族", max_length=20, default="汉族")
    political_status = models.CharField(
        "政治面貌", max_length=20, choices=PoliticalStatus, default=PoliticalStatus.NONE
    )
    education = models.CharField("学历", max_length=20, choices=Education, blank=True)
    workplace = models.CharField("工作单位", max_length=100, blank=True)
    title = models.CharField("单位职务", max_length=100, blank=True)
    phone = models.CharField("电话", max_length=30, blank=True)
    id_number_sealed = SealedField(
        "身份证号(密文)", purpose=ID_NUMBER_PURPOSE, found_by="id_number_hash", null=True, editable=False
    )
    id_number_hash = models.CharField(
        "身份证号(检索值)", max_length=64, db_collation="C", null=True, editable=False
    )
    # Written by the database alone; empty where the number stood twice before it could be held once.
    number_county = models.CharField(
        "身份证号登记县", max_length=6, db_collation="C", null=True, editable=False
    )
    frozen_on = models.DateField("冻结日期", null=True, editable=False)
    erased_on = models.DateField("删除日期", null=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = "人员"
        indexes = [
            models.Index(fields=["association", "name_key"], name="person_name_key"),
            # Who shares a name and birth, or a number, is read off these two without a look at the rows.
            models.Index(fields=["name", "born_on"], include=["association"], name="person_name_born"),
            # A whole province by name, and whoever begins with these initials.
            models.Index(fields=["name_key", "id"], name="person_by_name_key"),
            models.Index(
                fields=["id_number_hash"],
                include=["association"],
                name="person_id_number",
                condition=Q(id_number_hash__isnull=False),
            ),
        ]
        constraints = [
            # Within a county only: a refusal must not tell that another one knows the number (docs/adr/0058).
            models.UniqueConstraint(
                fields=["number_county", "id_number_hash"],
                name="person_number_once_a_county",
                violation_error_message=NUMBER_TAKEN,
            ),
            models.UniqueConstraint(
                fields=["association", "id_number_hash"],
                name="person_id_number_unique",
                violation_error_message="该协会已登记同一身份证号的人员",
            ),
            models.CheckConstraint(
                name="person_id_number_whole",
                condition=Q(id_number_sealed__isnull=True, id_number_hash__isnull=True)
                | Q(id_number_sealed__isnull=False, id_number_hash__isnull=False),
                violation_error_message="身份证号的密文与检索值须同时存在",
            ),
            models.CheckConstraint(
                name="person_erased_is_blank",
                condition=Q(erased_on__isnull=True)
                | Q(
                    name=ERASED_NAME,
                    name_key="",
                    born_on__isnull=True,
                    workplace="",
                    title="",
                    phone="",
                    id_number_hash__isnull=True,
                ),
                violation_error_message="该人员的个人信息已应请求删除，不能再填写",
            ),
        ]
        triggers = [
            stays_while_frozen("person_stays_while_frozen", apart_from=("id_number_sealed", "number_county")),
            KNOWS_NUMBER_COUNTY,
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def traits(self) -> Traits:
        """What tells this person from others."""
        return Traits(name=self.name, born_on=self.born_on, id_number_hash=self.id_number_hash)
