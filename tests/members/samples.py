"""One merged person, one request to and one from an association, one round."""

from datetime import date

from django.db.models import Model

from associations.models import Association
from members.models import ClearingRound, MergedPerson, TransferRequest
from portal.accounts.models import User
from tests import factories

DAY = date(2020, 6, 1)
# Never runs out.
ALWAYS = date(2999, 1, 1)
# Far from every other place of the tests.
STRANGER = "6201"


def people_once(place: Association) -> dict[str, Model]:
    """Make the records that the pages about duplicates, transfers and rounds are about."""
    clerk, _ = User.objects.get_or_create(username="people-once")
    stranger = Association.objects.filter(code=STRANGER).first() or factories.association(STRANGER)
    return {
        "merged": MergedPerson.objects.create(
            old_key=10_000 + place.pk,
            name="并入者",
            kept=factories.person(place, name="保留者"),
            values={"姓名": "并入者"},
            merged_by=clerk,
        ),
        "outgoing": request_of(place, STRANGER, clerk),
        "incoming": request_of(stranger, place.code, clerk),
        "rounds": ClearingRound.objects.create(
            association=place, title="重新登记", starts_on=DAY, ends_on=DAY, started_by=clerk
        ),
    }


def request_of(place: Association, to_code: str, by: User) -> TransferRequest:
    membership = factories.membership(place, person=factories.person(place, name="转会者"))
    return TransferRequest.objects.create(
        membership=membership,
        to_code=to_code,
        reason="搬家",
        record_at=place,
        asked_on=ALWAYS,
        asked_by=by,
    )
