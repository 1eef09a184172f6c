from datetime import date

import pytest

from members.models import Appointment, Term
from portal.lib.findings import RuleViolation
from portal.records.saving import save_record, save_version
from tests import factories

STARTS_ON, DAY_BEFORE = date(2020, 1, 10), date(2020, 1, 9)


@pytest.fixture
def term(county):
    return factories.term(county, starts_on=STARTS_ON)


def messages(refused) -> list[str]:
    return [finding.message for finding in refused.value.findings]


def test_new_term_that_ends_before_it_begins_is_refused(county):
    term = Term(association=county, number=1, congress_on=STARTS_ON, starts_on=STARTS_ON, ends_on=DAY_BEFORE)

    with pytest.raises(RuleViolation) as refused:
        save_record(term)

    assert messages(refused) == ["结束日期不能早于开始日期"]
    assert Term.objects.count() == 0


def test_term_changed_to_end_before_it_begins_stays_as_it_was(term):
    term.ends_on = DAY_BEFORE

    with pytest.raises(RuleViolation) as refused:
        save_version(term, seen=1)

    term.refresh_from_db()
    assert messages(refused) == ["结束日期不能早于开始日期"]
    assert (term.ends_on, term.version) == (None, 1)


def test_appointment_that_ends_before_it_begins_is_refused(term):
    seat = factories.seat(term)
    seat.ends_on = DAY_BEFORE

    with pytest.raises(RuleViolation) as refused:
        save_record(seat)

    assert messages(refused) == ["结束日期不能早于开始日期"]
    assert Appointment.objects.get().ends_on is None


def test_term_of_a_single_day_is_kept(term):
    term.ends_on = STARTS_ON

    save_record(term)

    assert Term.objects.get().ends_on == STARTS_ON


def test_save_of_a_seen_version_is_one_version_in_the_history(term):
    term.number = 7

    save_version(term, seen=1)

    assert list(term.events.order_by("pgh_id").values_list("pgh_label", "number", "version")) == [
        ("insert", 1, 1),
        ("update", 7, 2),
    ]


def test_save_of_a_version_that_moved_on_is_refused(term):
    stale = Term.objects.get(pk=term.pk)
    save_version(term, seen=1)
    stale.number = 9

    with pytest.raises(RuleViolation) as refused:
        save_version(stale, seen=1)

    assert [finding.code for finding in refused.value.findings] == ["stale"]
    assert Term.objects.get(pk=term.pk).number == 1
