from datetime import date, datetime, timedelta

import pytest

from members.clearing import actions, queries
from members.enums import ClearingState, ClearingVerdict, LeaveReason
from members.jobs import close_clearing_round
from members.models import ClearingMark, ClearingRound, ContactHousehold, Membership, Person
from portal.accounts.models import User
from portal.accounts.roles import OFFICE
from portal.jobs.attempts import claim
from portal.jobs.models import Job, JobState
from portal.lib.dates import BEIJING
from portal.lib.findings import RuleViolation
from tests import factories
from tests.members.test_races import THREADS, all_at_once

JOINED, START, LAST = date(2020, 1, 10), date(2021, 3, 1), date(2021, 5, 31)
AT = datetime(2021, 6, 1, 9, tzinfo=BEIJING)
STAYS, LEAVES = ClearingVerdict.STAYS, ClearingVerdict.LEAVES


def refusal(write, *arguments, **values):
    with pytest.raises(RuleViolation) as caught:
        write(*arguments, **values)
    return [finding.code for finding in caught.value.findings]


@pytest.fixture
def round_(county, office):
    return actions.start_round(association=county, title="重新登记", starts_on=START, ends_on=LAST, by=office)


@pytest.fixture
def three(county):
    return [factories.membership(county, joined_on=JOINED) for _ in range(3)]


def mark(round_, rows, verdict, by, *, reason="", expected=None):
    listed = queries.listed(round_, user=by).filter(pk__in=[row.pk for row in rows])
    count = len(rows) if expected is None else expected
    return actions.mark_members(
        round_=round_, rows=listed, verdict=verdict, reason=reason, expected=count, by=by, at=AT
    )


def close(round_, by, **values):
    return actions.close_round(
        **({"round_": round_, "left_on": LAST, "by": by, "at": AT, "seen": 1} | values)
    )


def figures(round_):
    round_.refresh_from_db()
    return round_.state, round_.checked_count, round_.leaving_count, round_.unchecked_count


def test_start_writes_no_row_for_the_members(round_, three):
    assert (round_.state, ClearingMark.objects.count()) == (ClearingState.OPEN, 0)


def test_only_one_round_of_an_association_goes_on(county, city, office, round_, three):
    again = {"association": county, "starts_on": START, "ends_on": LAST, "by": office}

    assert refusal(actions.start_round, title="再次", **again) == ["invalid"]
    close(round_, office)
    assert actions.start_round(title="再次", **again).state == ClearingState.OPEN
    assert refusal(actions.start_round, title="外地", **(again | {"association": city})) == ["missing"]


@pytest.mark.parametrize(
    ("joined_on", "left_on", "is_listed"),
    [
        (START, None, True),
        (START + timedelta(days=1), None, False),
        (JOINED, START, False),
    ],
)
def test_list_is_of_open_memberships_that_began_by_the_start(
    county, office, round_, joined_on, left_on, is_listed
):
    reason = LeaveReason.MOVED if left_on else ""
    factories.membership(county, joined_on=joined_on, left_on=left_on, leave_reason=reason)

    assert queries.listed(round_, user=office).exists() is is_listed


def test_marks_replace_each_other_and_can_be_taken_back(office, round_, three):
    mark(round_, three, STAYS, office)
    mark(round_, three[:1], LEAVES, office, reason=LeaveReason.MOVED)
    mark(round_, three[1:2], None, office)

    kept = ClearingMark.objects.order_by("membership").values_list("membership", "verdict", "reason")
    assert list(kept) == [(three[0].pk, "leaves", "moved"), (three[2].pk, "stays", "")]


@pytest.mark.parametrize("reason", ["", "transferred", "nonsense"])
def test_leaving_needs_a_reason_that_is_one(office, round_, three, reason):
    assert refusal(mark, round_, three, LEAVES, office, reason=reason) == ["no_reason"]


def test_mark_of_another_number_than_chosen_marks_nobody(county, other_county, office, round_, three):
    stranger = factories.membership(other_county, joined_on=JOINED)

    assert refusal(mark, round_, three, STAYS, office, expected=2) == ["changed"]
    assert refusal(mark, round_, [*three, stranger], STAYS, office) == ["changed"]
    assert ClearingMark.objects.count() == 0


def test_too_many_at_once_are_refused(office, round_, three, monkeypatch):
    monkeypatch.setattr(actions, "MOST_MARKS", 2)

    assert refusal(mark, round_, three, STAYS, office) == ["too_many"]


def test_township_marks_its_own_in_the_round_of_its_county(county, office, round_, three):
    township = factories.association("360102001")
    clerk = factories.user((OFFICE, township), association=township)
    own = factories.membership(township, joined_on=JOINED)

    assert mark(round_, [own], STAYS, clerk) == 1
    assert refusal(mark, round_, three, STAYS, clerk) == ["changed"]
    assert refusal(close, round_, clerk) == ["missing"]
    assert queries.load_round(clerk, round_.pk) == round_


def test_round_of_a_neighbour_or_below_somebody_else_stays_unknown(other_county, neighbour, outsider, round_):
    assert queries.load_round(neighbour, round_.pk) is None
    assert queries.load_round(outsider, round_.pk) is None


def test_close_ends_those_who_leave_and_keeps_the_counts(county, office, round_, three):
    fourth = factories.membership(county, joined_on=JOINED)
    household = ContactHousehold.objects.create(membership=three[0], householder="某户", starts_on=JOINED)
    mark(round_, three[:1], LEAVES, office, reason=LeaveReason.DECEASED)
    mark(round_, three[1:2], LEAVES, office, reason=LeaveReason.CLEARED)
    mark(round_, three[2:], STAYS, office)

    assert close(round_, office)

    ended = Membership.objects.filter(left_on__isnull=False).order_by("pk")
    assert list(ended.values_list("pk", "left_on", "leave_reason", "version")) == [
        (three[0].pk, LAST, "deceased", 2),
        (three[1].pk, LAST, "cleared", 2),
    ]
    household.refresh_from_db()
    fourth.refresh_from_db()
    assert (household.ends_on, fourth.left_on) == (LAST, None)
    assert figures(round_) == (ClearingState.CLOSED, 1, 2, 1)
    purpose = three[0].events.latest("pgh_id").pgh_context.metadata["purpose"]
    assert purpose == "重新登记：重新登记"


def test_who_left_meanwhile_keeps_their_own_end(county, office, round_, three):
    mark(round_, three, LEAVES, office, reason=LeaveReason.CLEARED)
    Membership.objects.filter(pk=three[0].pk).update(left_on=START, leave_reason=LeaveReason.MOVED)

    close(round_, office)

    three[0].refresh_from_db()
    assert (three[0].left_on, three[0].leave_reason) == (START, LeaveReason.MOVED)
    assert figures(round_) == (ClearingState.CLOSED, 0, 2, 0)


@pytest.mark.parametrize(("left_on", "codes"), [(START, []), (START - timedelta(days=1), ["before_start"])])
def test_last_day_is_not_before_the_start(office, round_, left_on, codes):
    found = []
    try:
        close(round_, office, left_on=left_on)
    except RuleViolation as violation:
        found = [finding.code for finding in violation.findings]

    assert found == codes


def test_closed_round_is_neither_marked_nor_closed_again(office, round_, three):
    mark(round_, three[:1], STAYS, office)
    close(round_, office)

    assert refusal(mark, round_, three, STAYS, office) == ["closed"]
    assert refusal(close, round_, office, seen=3) == ["closed"]
    round_.refresh_from_db()
    assert list(queries.listed(round_, user=office)) == three[:1]


def test_stale_close_is_refused(office, round_, three):
    assert refusal(close, round_, office, seen=2) == ["stale"]
    assert figures(round_)[0] == ClearingState.OPEN


def test_many_are_ended_by_a_worker_all_or_none(office, round_, three, monkeypatch):
    monkeypatch.setattr(actions, "MOST_AT_ONCE", 2)
    mark(round_, three, LEAVES, office, reason=LeaveReason.CLEARED)

    assert close(round_, office) is False
    assert figures(round_)[0] == ClearingState.CLOSING
    assert refusal(mark, round_, three, STAYS, office) == ["closed"]
    assert Membership.objects.open().count() == 3

    job = Job.objects.get()
    close_clearing_round(claim(job.pk))

    job.refresh_from_db()
    assert (job.state, job.result, job.title) == (JobState.DONE, {"ended": 3}, "办结重新登记：重新登记")
    assert figures(round_) == (ClearingState.CLOSED, 0, 3, 0)
    assert Membership.objects.open().count() == 0
    # A second delivery finds nothing to do.
    assert actions.finish(round_=round_, at=AT) == 0


def test_progress_adds_up_by_the_children(county, office, round_, three):
    first, second = factories.association("360102001"), factories.association("360102002")
    village = factories.association("360102001001")
    below = [factories.membership(place, joined_on=JOINED) for place in (first, village, village)]
    mark(round_, below[:2], STAYS, office)
    mark(round_, below[2:], LEAVES, office, reason=LeaveReason.MOVED)

    parts = queries.progress_of(round_, node=county)

    def figures_of(progress):
        return progress.total, progress.stays, progress.leaves, progress.unchecked, progress.percent

    assert [(part.association, part.is_own, figures_of(part.progress)) for part in parts] == [
        (county, True, (3, 0, 0, 3, 0)),
        (first, False, (3, 2, 1, 0, 100)),
        (second, False, (0, 0, 0, 0, 0)),
    ]
    assert figures_of(queries.summed(parts)) == (6, 2, 1, 3, 50)


@pytest.mark.django_db(transaction=True)
def test_forty_closes_of_the_same_round_end_it_once(office, round_, three):
    mark(round_, three, LEAVES, office, reason=LeaveReason.CLEARED)

    outcomes = all_at_once(lambda _: close(round_, User.objects.get(pk=office.pk)))

    assert outcomes == ["closed"] * (THREADS - 1) + ["done"]
    assert set(Membership.objects.values_list("left_on", "version")) == {(LAST, 2)}
    assert ClearingRound.objects.get().version == 3


@pytest.mark.django_db(transaction=True)
def test_marks_and_a_close_never_both_hold(office, round_, three):
    def attempt(number):
        by = User.objects.get(pk=office.pk)
        if number % 2:
            mark(round_, three, LEAVES, by, reason=LeaveReason.CLEARED)
        else:
            close(round_, by)

    outcomes = all_at_once(attempt)

    closed = ClearingRound.objects.get()
    assert outcomes.count("done") >= 1
    assert closed.state == ClearingState.CLOSED
    # Whoever was marked in time has left, whoever was not marked has stayed: none is marked and still there.
    assert (
        closed.leaving_count
        == ClearingMark.objects.count()
        == Membership.objects.exclude(left_on=None).count()
    )


def test_whose_data_are_frozen_is_not_marked_to_leave(round_, office, three):
    freeze(three[1])

    assert refusal(mark, round_, three, LEAVES, office, reason=LeaveReason.CLEARED) == ["locked"]
    assert mark(round_, three, STAYS, office) == 3


def test_whose_data_were_frozen_after_the_mark_stays(round_, office, three):
    mark(round_, three, LEAVES, office, reason=LeaveReason.CLEARED)
    freeze(three[1])

    close(round_, office)

    round_.refresh_from_db()
    assert [row.left_on for row in Membership.objects.order_by("pk")] == [LAST, None, LAST]
    assert (round_.leaving_count, round_.checked_count, round_.unchecked_count) == (2, 0, 1)


def freeze(membership):
    Person.objects.filter(pk=membership.person_id).update(frozen_on=START)
