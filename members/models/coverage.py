"""The three coverages (三个全覆盖) of a family: two contacts, a family doctor, a fast lane."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models

from members.enums import ContactDuty
from portal.accounts.history import tracked

from .council import Days, dates_in_order
from .family import Family, OfFamilyQuerySet


@tracked(in_bulk=True)
class FamilyContact(models.Model):
    """One of the two cadres who answer for a family (双岗联系人)."""

    family = models.ForeignKey(Family, on_delete=models.PROTECT, related_name="contacts", verbose_name="家庭")
    duty = models.CharField("岗位", max_length=10, choices=ContactDuty)
    name = models.CharField("联系人", max_length=50)
    title = models.CharField("职务", max_length=100, blank=True)
    phone = models.CharField("电话", max_length=30, blank=True)
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("截止日期", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfFamilyQuerySet.as_manager()

    class Meta:
        verbose_name = "双岗联系人"
        constraints = [
            dates_in_order("family_contact_dates_in_order"),
            ExclusionConstraint(
                name="family_contact_one_a_day",
                expressions=[
                    ("family", RangeOperators.EQUAL),
                    ("duty", RangeOperators.EQUAL),
                    (Days(), RangeOperators.OVERLAPS),
                ],
                violation_error_message="该岗位在此期间已有联系人",
            ),
        ]

    def __str__(self) -> str:
        return self.name


@tracked(in_bulk=True)
class DoctorContract(models.Model):
    """A family's contract with a family doctor (家庭医生签约)."""

    family = models.ForeignKey(
        Family, on_delete=models.PROTECT, related_name="doctor_contracts", verbose_name="家庭"
    )
    clinic = models.CharField("签约机构", max_length=100)
    doctor = models.CharField("签约医生", max_length=50)
    phone = models.CharField("电话", max_length=30, blank=True)
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("截止日期", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfFamilyQuerySet.as_manager()

    class Meta:
        verbose_name = "家庭医生签约"
        constraints = [dates_in_order("doctor_contract_dates_in_order")]

    def __str__(self) -> str:
        return f"{self.clinic} {self.doctor}"


@tracked(in_bulk=True)
class HospitalPass(models.Model):
    """A family's fast lane at a hospital (就医绿色通道)."""

    family = models.ForeignKey(
        Family, on_delete=models.PROTECT, related_name="hospital_passes", verbose_name="家庭"
    )
    hospital = models.CharField("医院", max_length=100)
    card_number = models.CharField("证号", max_length=50, blank=True)
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("截止日期", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfFamilyQuerySet.as_manager()

    class Meta:
        verbose_name = "就医绿色通道"
        constraints = [dates_in_order("hospital_pass_dates_in_order")]

    def __str__(self) -> str:
        return self.hospital
