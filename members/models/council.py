from datetime import date
from typing import Self

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from associations.enums import Body, Constituency, Employment, Post
from associations.models import Association, in_force
from members.enums import Entry, Exit
from portal.accounts.history import tracked
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet

from .person import Person


class Days(Func):
    """The inclusive days from `starts_on` to `ends_on` as a range; null reaches for ever."""

    function = "DATERANGE"

    def __init__(self) -> None:
        super().__init__("starts_on", "ends_on", RangeBoundary(inclusive_lower=True, inclusive_upper=True))


def dates_in_order(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        name=name,
        condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
        violation_error_message="结束日期不能早于开始日期",
    )


class TermQuerySet(ScopedQuerySet):
    view_permission = Permission.VIEW_STATISTICS

    def in_force(self, *, on: date) -> Self:
        return self.filter(in_force(on))


@tracked()
class Term(models.Model):
    """One 届 of an association's organs, from its congress until the next one; open while it sits."""

    association = models.ForeignKey(
        Association, on_delete=models.PROTECT, related_name="terms", verbose_name="协会"
    )
    number = models.PositiveSmallIntegerField("届次")
    congress_on = models.DateField("会员代表大会日期")
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = "届"
        ordering = ["association", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["association", "number"],
                name="term_number_unique",
                violation_error_message="该届次已经登记",
            ),
            dates_in_order("term_dates_in_order"),
            ExclusionConstraint(
                name="term_one_a_day",
                expressions=[("association", RangeOperators.EQUAL), (Days(), RangeOperators.OVERLAPS)],
                violation_error_message="与另一届的起止日期重叠",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="keeps_appointments_inside",
                operation=pgtrigger.UpdateOf("starts_on", "ends_on"),
                when=pgtrigger.Before,
                func="""
                    IF EXISTS (
                        SELECT 1 FROM members_appointment
                        WHERE term_id = NEW.id AND NOT
                            daterange(NEW.starts_on, NEW.ends_on, '[]') @> daterange(starts_on, ends_on, '[]')
                    ) THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'appointment_inside_term', MESSAGE = 'appointment outside its term';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.association} 第{self.number}届"


class SessionQuerySet(ScopedQuerySet):
    scope_path = "term__association__code"
    view_permission = Permission.VIEW_STATISTICS


@tracked()
class Session(models.Model):
    """A meeting of one body in a term: 五届二次理事会."""

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="sessions", verbose_name="届")
    body = models.CharField("机构", max_length=10, choices=Body)
    number = models.PositiveSmallIntegerField("次")
    is_enlarged = models.BooleanField("扩大会议", default=False)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    place = models.CharField("地点", max_length=100, blank=True)
    agenda = models.TextField("议程", max_length=2000, blank=True)
    expected_count = models.PositiveSmallIntegerField("应到人数", null=True, blank=True)
    attended_count = models.PositiveSmallIntegerField("实到人数", null=True, blank=True)
    resolutions = models.TextField("决议", max_length=4000, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = "会议"
        ordering = ["-starts_on", "body"]
        constraints = [
            models.UniqueConstraint(
                fields=["term", "body", "number"],
                name="session_number_unique",
                violation_error_message="该次会议已经登记",
            ),
            dates_in_order("session_dates_in_order"),
            models.CheckConstraint(
                name="session_attendance_in_order",
                condition=Q(attended_count__isnull=True)
                | Q(expected_count__isnull=True)
                | Q(attended_count__lte=F("expected_count")),
                violation_error_message="实到人数不能多于应到人数",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_body_display()} 第{self.number}次"


class AppointmentQuerySet(ScopedQuerySet):
    scope_path = "term__association__code"
    view_permission = Permission.VIEW_PEOPLE

    def in_office(self, *, on: date) -> Self:
        return self.filter(in_force(on))


@tracked(in_bulk=True)
class Appointment(models.Model):
    """A person in a post of one term, from the first to the last day in office."""

    term = models.ForeignKey(Term, on_delete=models.PROTECT, related_name="appointments", verbose_name="届")
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="appointments", verbose_name="人员"
    )
    post = models.CharField("职务", max_length=30, choices=Post)
    starts_on = models.DateField("任职日期")
    ends_on = models.DateField("卸任日期", null=True, blank=True)
    constituency = models.CharField("代表类别", max_length=20, choices=Constituency)
    employment = models.CharField("任职形式", max_length=20, choices=Employment, default=Employment.PART_TIME)
    office_held = models.CharField("所任其他职务", max_length=100, blank=True)
    entry = models.CharField("产生方式", max_length=10, choices=Entry)
    exit = models.CharField("卸任原因", max_length=15, choices=Exit, blank=True)
    passed_in = models.ForeignKey(
        Session,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="passed",
        verbose_name="通过会议",
    )
    entered_in = models.ForeignKey(
        Session,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="entries",
        verbose_name="任职会议",
    )
    left_in = models.ForeignKey(
        Session,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="departures",
        verbose_name="卸任会议",
    )
    predecessor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="successors",
        verbose_name="前任",
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = "任职"
        ordering = ["term", "post", "starts_on", "pk"]
        constraints = [
            dates_in_order("appointment_dates_in_order"),
            models.CheckConstraint(
                name="appointment_exit_has_day",
                condition=Q(exit="") | Q(ends_on__isnull=False),
                violation_error_message="填写卸任原因时须填卸任日期",
            ),
            ExclusionConstraint(
                name="appointment_one_president_a_day",
                expressions=[("term", RangeOperators.EQUAL), (Days(), RangeOperators.OVERLAPS)],
                condition=Q(post=Post.PRESIDENT),
                violation_error_message="同一天只能有一位会长",
            ),
            ExclusionConstraint(
                name="appointment_post_once_a_day",
                expressions=[
                    ("term", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    ("post", RangeOperators.EQUAL),
                    (Days(), RangeOperators.OVERLAPS),
                ],
                violation_error_message="该人员在此期间已任此职务",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="stays_inside_term",
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("term_id", "starts_on", "ends_on"),
                when=pgtrigger.Before,
                # FOR SHARE: a term cannot be shortened between this check and the commit.
                func="""
                    PERFORM 1 FROM members_term
                    WHERE id = NEW.term_id
                        AND daterange(starts_on, ends_on, '[]') @> daterange(NEW.starts_on, NEW.ends_on, '[]')
                    FOR SHARE;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION USING ERRCODE = 'check_violation',
                            CONSTRAINT = 'appointment_inside_term', MESSAGE = 'appointment outside its term';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.get_post_display()}"
