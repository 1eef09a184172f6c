import pytest
from django.core.exceptions import ValidationError

from associations.models import TermRule
from tests import factories


@pytest.mark.parametrize(
    ("years", "max_delay_months", "is_kept"),
    [(1, 0, True), (20, 120, True), (0, 12, False), (21, 12, False), (32_767, 12, False), (5, 121, False)],
)
def test_term_rule_has_a_length_that_a_day_can_be_counted_on_by(county, years, max_delay_months, is_kept):
    rule = TermRule(
        document=factories.policy(county),
        clause="一",
        scope=county,
        levels=[county.level],
        starts_on="2020-01-10",
        years=years,
        max_delay_months=max_delay_months,
    )

    try:
        rule.full_clean()
        errors = []
    except ValidationError as refused:
        errors = refused.messages

    assert errors == ([] if is_kept else ["每届年数须为1至20年，最长延期不超过120个月"])
