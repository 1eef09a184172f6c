from datetime import date
from decimal import Decimal
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from associations.models import Association, in_force
from members.enums import Skill
from portal.accounts.history import tracked
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet

from .council import dates_in_order
from .person import Person
from .service_triggers import IS_PREPARED, KEEPS_SERVICES_PREPARED

HOURS_OF_A_DAY = 24
BEST_STARS = 5


class VolunteerQuerySet(ScopedQuerySet):
    view_permission = Permission.VIEW_PEOPLE

    def registered(self, *, on: date) -> Self:
        """Volunteers who were accepted by the day and have not left."""
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), registered_on__lte=on)

    def prepared(self, *, on: date) -> Self:
        """Volunteers with a contract on the day and a training by then: who may serve."""
        contract = VolunteerContract.objects.scoped().filter(in_force(on), volunteer=OuterRef("pk"))
        training = VolunteerTraining.objects.scoped().filter(volunteer=OuterRef("pk"), on__lte=on)
        return self.filter(Exists(contract), Exists(training))


@tracked(in_bulk=True)
class Volunteer(models.Model):
    """A person who applied to help an association; registered once it accepted them."""

    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, related_name="volunteers", verbose_name="协会"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="volunteering", verbose_name="人员"
    )
    skills = ArrayField(
        models.CharField(max_length=20, choices=Skill), default=list, blank=True, verbose_name="专长"
    )
    applied_on = models.DateField("申请日期")
    registered_on = models.DateField("注册日期", null=True, blank=True)
    ends_on = models.DateField("退出日期", null=True, blank=True)
    end_reason = models.CharField("未通过或退出原因", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = VolunteerQuerySet.as_manager()

    class Meta:
        verbose_name = "志愿者"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "association"],
                condition=Q(ends_on__isnull=True),
                name="volunteer_open_once",
                violation_error_message="该人员已是该协会志愿者，或其申请尚未办结",
            ),
            models.CheckConstraint(
                name="volunteer_dates_in_order",
                condition=(Q(registered_on__isnull=True) | Q(registered_on__gte=F("applied_on")))
                & (Q(ends_on__isnull=True) | Q(ends_on__gte=F("applied_on")))
                & (
                    Q(ends_on__isnull=True)
                    | Q(registered_on__isnull=True)
                    | Q(ends_on__gte=F("registered_on"))
                ),
                violation_error_message="申请、注册、退出日期须依次排列",
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)


class OfVolunteerQuerySet(ScopedQuerySet):
    scope_path = "volunteer__association__code"
    view_permission = Permission.VIEW_PEOPLE

    def between(self, first: date, last: date) -> Self:
        return self.filter(on__range=(first, last))


@tracked(in_bulk=True)
class VolunteerContract(models.Model):
    """The service agreement of a volunteer over a span of days."""

    volunteer = models.ForeignKey(
        Volunteer, on_delete=models.PROTECT, related_name="contracts", verbose_name="志愿者"
    )
    number = models.CharField("协议编号", max_length=50, blank=True)
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("截止日期", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfVolunteerQuerySet.as_manager()

    class Meta:
        verbose_name = "志愿服务协议"
        constraints = [dates_in_order("volunteer_contract_dates_in_order")]
        triggers = [KEEPS_SERVICES_PREPARED]

    def __str__(self) -> str:
        return f"{self.volunteer} {self.starts_on}"


@tracked(in_bulk=True)
class VolunteerTraining(models.Model):
    """A training that a volunteer finished."""

    volunteer = models.ForeignKey(
        Volunteer, on_delete=models.PROTECT, related_name="trainings", verbose_name="志愿者"
    )
    subject = models.CharField("培训内容", max_length=100)
    on = models.DateField("结业日期")
    hours = models.DecimalField(
        "学时", max_digits=5, decimal_places=1, validators=[MinValueValidator(Decimal("0.5"))]
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfVolunteerQuerySet.as_manager()

    class Meta:
        verbose_name = "志愿者培训"
        constraints = [
            models.CheckConstraint(
                name="volunteer_training_hours",
                condition=Q(hours__gt=0),
                violation_error_message="学时须大于零",
            )
        ]
        triggers = [KEEPS_SERVICES_PREPARED]

    def __str__(self) -> str:
        return f"{self.volunteer} {self.subject}"


@tracked(in_bulk=True)
class ServiceRecord(models.Model):
    """The hours that a volunteer served on one day."""

    volunteer = models.ForeignKey(
        Volunteer, on_delete=models.PROTECT, related_name="services", verbose_name="志愿者"
    )
    on = models.DateField("服务日期")
    hours = models.DecimalField("服务时长(小时)", max_digits=6, decimal_places=2)
    content = models.CharField("服务内容", max_length=200)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfVolunteerQuerySet.as_manager()

    class Meta:
        verbose_name = "志愿服务记录"
        indexes = [models.Index(fields=["on", "id"], name="service_by_day")]
        constraints = [
            models.CheckConstraint(
                name="service_hours_of_a_day",
                condition=Q(hours__gt=0, hours__lte=HOURS_OF_A_DAY),
                violation_error_message="一天的服务时长须大于零，且不超过24小时",
            )
        ]
        triggers = [IS_PREPARED]

    def __str__(self) -> str:
        return f"{self.volunteer} {self.on}"


@tracked(in_bulk=True)
class VolunteerRating(models.Model):
    """The stars that an association gave a volunteer for one year."""

    volunteer = models.ForeignKey(
        Volunteer, on_delete=models.PROTECT, related_name="ratings", verbose_name="志愿者"
    )
    year = models.PositiveSmallIntegerField("年度", validators=[MinValueValidator(1980)])
    stars = models.PositiveSmallIntegerField(
        "星级", validators=[MinValueValidator(1), MaxValueValidator(BEST_STARS)]
    )
    note = models.CharField("评语", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = OfVolunteerQuerySet.as_manager()

    class Meta:
        verbose_name = "志愿者评价"
        constraints = [
            models.UniqueConstraint(
                fields=["volunteer", "year"],
                name="volunteer_rating_once_a_year",
                violation_error_message="该年度已评价",
            ),
            models.CheckConstraint(
                name="volunteer_rating_stars",
                condition=Q(stars__gte=1, stars__lte=BEST_STARS),
                violation_error_message="星级须在1至5之间",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer} {self.year}"
