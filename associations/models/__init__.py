from .association import Association, Staffing, Succession, in_force
from .milestone import MilestoneEvent
from .policy import (
    RULE_FAMILIES,
    KeyTaskRule,
    MilestoneRule,
    ObservanceRule,
    PolicyDocument,
    PostRule,
    Provision,
    QuotaRule,
    Rule,
    StaffingRule,
    TermRule,
)
from .transfer import FunctionTransfer

__all__ = [
    "RULE_FAMILIES",
    "Association",
    "FunctionTransfer",
    "KeyTaskRule",
    "MilestoneEvent",
    "MilestoneRule",
    "ObservanceRule",
    "PolicyDocument",
    "PostRule",
    "Provision",
    "QuotaRule",
    "Rule",
    "Staffing",
    "StaffingRule",
    "Succession",
    "TermRule",
    "in_force",
]
