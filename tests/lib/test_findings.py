import copy
from dataclasses import FrozenInstanceError

import pytest

from portal.lib.findings import Finding, RuleViolation, Severity

SHORT = Finding(
    code="quota-short",
    severity=Severity.ERROR,
    message="基层一线比例不足",
    measured=12,
    required=15,
    source="赣卫办字〔2020〕4号",
)
LATE = Finding(code="term-late", severity=Severity.WARNING, message="换届已逾期")


def test_finding_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        SHORT.message = "达标"


def test_rule_violation_carries_every_finding_in_order():
    violation = RuleViolation(finding for finding in (SHORT, LATE))

    assert violation.findings == (SHORT, LATE)
    assert str(violation) == "基层一线比例不足；换届已逾期"


def test_rule_violation_survives_copying():
    again = copy.deepcopy(RuleViolation([SHORT]))

    assert again.findings == (SHORT,)


def test_rule_violation_refuses_to_say_nothing():
    with pytest.raises(ValueError, match="at least one"):
        RuleViolation([])
