from datetime import date, timedelta

import pytest

from associations.enums import Level
from associations.models import TermRule
from members.enums import TermState
from members.term_states import sitting_terms, standing_in, terms_sitting
from portal.oversight.rules_under import RulesUnder
from tests import factories

LEAP_DAY = date(2020, 2, 29)


def term_rule(document, years, **values):
    defaults = {"clause": "五", "scope": document.issuer, "levels": [Level.COUNTY, Level.TOWNSHIP]}
    return TermRule.objects.create(
        document=document, years=years, starts_on=document.dated_on, **(defaults | values)
    )


@pytest.fixture
def townships(county):
    """Two counties and a township of each; only the first county has a rule of its own."""
    found = [factories.association(code) for code in ("360102001", "360103", "360103001")]
    for place in (county, *found):
        factories.term(place, starts_on=LEAP_DAY)
    return found


@pytest.mark.parametrize("on", [date(2022, 8, 28), date(2023, 2, 28), date(2023, 3, 1), date(2024, 2, 29)])
def test_database_and_rule_agree_on_due_days_and_states(province, county, townships, on):
    term_rule(factories.policy(province), 2)
    term_rule(factories.policy(county), 4)
    term_rule(factories.policy(province, dated_on=date(2021, 1, 1)), 1, levels=[Level.VILLAGE])
    rules = RulesUnder.at(province, on=on)
    judged = sitting_terms(list(rules.places), on=on, codes=rules.codes)

    sitting = terms_sitting(rules.places, on=on, book=rules.terms)

    found = {term.association_id: term.due_on for term in sitting}
    assert found == {pk: term.due_on for pk, term in judged.items() if term.state != TermState.NONE}
    for states in ([TermState.IN_TERM], [TermState.DUE_SOON], [TermState.OVERDUE, TermState.LONG_OVERDUE]):
        kept = set(sitting.filter(standing_in(states, on=on)).values_list("association", flat=True))
        assert kept == {pk for pk, term in judged.items() if term.state in states}


def test_due_day_is_the_same_for_every_first_day(province, county):
    rules = RulesUnder.at(province, on=date(2026, 1, 1))
    term = factories.term(county)
    for day in range(0, 1500, 7):
        term.starts_on = term.congress_on = date(2019, 12, 30) + timedelta(days=day)
        term.save()

        (found,) = terms_sitting(rules.places, on=rules.on, book=rules.terms)

        assert found.due_on == sitting_terms([county], on=rules.on)[county.pk].due_on
