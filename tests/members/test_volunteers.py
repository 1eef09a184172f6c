from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from members import volunteer_actions
from members.models import (
    ServiceRecord,
    Volunteer,
    VolunteerContract,
    VolunteerRating,
    VolunteerTraining,
)
from portal.lib.findings import RuleViolation
from tests import factories

DAY = date(2020, 6, 1)
ONE_DAY = timedelta(days=1)


def refused(constraint, write):
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write()
    assert caught.value.__cause__.diag.constraint_name == constraint


@pytest.mark.parametrize(
    ("on", "is_served"),
    [
        (date(2020, 3, 14), False),
        (date(2020, 3, 15), True),
        (date(2020, 12, 31), True),
        (date(2021, 1, 1), False),
    ],
)
def test_service_stands_on_contract_and_training(county, office, on, is_served):
    volunteer = factories.prepared_volunteer(county)
    codes = []

    try:
        volunteer_actions.record_service(
            volunteer=volunteer, on=on, hours=Decimal("2.50"), content="入户走访", by=office
        )
    except RuleViolation as violation:
        codes = [finding.code for finding in violation.findings]

    assert (codes, ServiceRecord.objects.count()) == (([], 1) if is_served else (["not_prepared"], 0))
    if not is_served:
        refused("service_is_prepared", lambda: serve(volunteer, on))


def serve(volunteer, on, hours="2"):
    return ServiceRecord.objects.create(volunteer=volunteer, on=on, hours=Decimal(hours), content="走访")


@pytest.mark.parametrize("model", [VolunteerContract, VolunteerTraining])
def test_what_a_service_stands_on_cannot_be_deleted(county, model):
    volunteer = factories.prepared_volunteer(county)
    serve(volunteer, DAY)

    refused("service_is_prepared", lambda: model.objects.all().delete())


@pytest.mark.parametrize(("ends_on", "is_kept"), [(DAY, True), (DAY - ONE_DAY, False)])
def test_contract_is_not_shortened_under_a_service(county, ends_on, is_kept):
    volunteer = factories.prepared_volunteer(county)
    serve(volunteer, DAY)

    def shorten():
        volunteer.contracts.update(ends_on=ends_on)

    if is_kept:
        shorten()
        assert volunteer.contracts.get().ends_on == ends_on
    else:
        refused("service_is_prepared", shorten)


def test_training_is_not_moved_behind_a_service(county):
    volunteer = factories.prepared_volunteer(county)
    serve(volunteer, DAY)

    refused("service_is_prepared", lambda: volunteer.trainings.update(on=DAY + ONE_DAY))


@pytest.mark.parametrize(
    ("hours", "is_taken"), [("0", False), ("0.25", True), ("24", True), ("24.01", False)]
)
def test_service_hours_fit_a_day(county, hours, is_taken):
    volunteer = factories.prepared_volunteer(county)

    if is_taken:
        assert serve(volunteer, DAY, hours).hours == Decimal(hours)
    else:
        refused("service_hours_of_a_day", lambda: serve(volunteer, DAY, hours))


@pytest.mark.parametrize(
    ("ends_on", "on", "codes"),
    [
        (None, date(2020, 1, 19), ["not_registered"]),
        (DAY, DAY, []),
        (DAY - ONE_DAY, DAY, ["not_registered"]),
    ],
)
def test_service_is_by_a_registered_volunteer(county, office, ends_on, on, codes):
    volunteer = factories.prepared_volunteer(county)
    Volunteer.objects.update(ends_on=ends_on)
    found = []

    try:
        volunteer_actions.record_service(
            volunteer=volunteer, on=on, hours=Decimal(1), content="走访", by=office
        )
    except RuleViolation as violation:
        found = [finding.code for finding in violation.findings]

    assert found == codes


@pytest.mark.parametrize("who", ["neighbour", "leader", "outsider"])
def test_nobody_else_records_a_service(county, who, request):
    volunteer = factories.prepared_volunteer(county)

    with pytest.raises(RuleViolation) as caught:
        volunteer_actions.record_service(
            volunteer=volunteer, on=DAY, hours=Decimal(1), content="走访", by=request.getfixturevalue(who)
        )

    assert caught.value.findings[0].code == "unknown_volunteer"
    assert ServiceRecord.objects.count() == 0


def test_volunteer_applies_once_while_open(county):
    volunteer = factories.volunteer(county)

    refused("volunteer_open_once", lambda: factories.volunteer(county, person=volunteer.person))


def test_volunteer_dates_stand_in_order(county):
    refused(
        "volunteer_dates_in_order",
        lambda: factories.volunteer(county, applied_on=DAY, registered_on=DAY - ONE_DAY),
    )


@pytest.mark.parametrize(("stars", "is_taken"), [(0, False), (1, True), (5, True), (6, False)])
def test_rating_has_one_to_five_stars(county, stars, is_taken):
    volunteer = factories.volunteer(county)

    def rate():
        return VolunteerRating.objects.create(volunteer=volunteer, year=2025, stars=stars)

    if is_taken:
        assert rate().stars == stars
    else:
        refused("volunteer_rating_stars", rate)


def test_members_and_volunteers_are_seen_by_their_office_only(county, office, neighbour, leader, outsider):
    volunteer = factories.prepared_volunteer(county)
    rows = [
        factories.membership(county),
        volunteer,
        *volunteer.contracts.all(),
        *volunteer.trainings.all(),
        serve(volunteer, DAY),
    ]

    seen = {
        user.username: {type(row).objects.visible_to(user).filter(pk=row.pk).exists() for row in rows}
        for user in (office, neighbour, leader, outsider)
    }

    assert seen == {"office": {True}, "neighbour": {False}, "leader": {False}, "outsider": {False}}
