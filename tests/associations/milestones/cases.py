"""Plain makers for the tests of milestones."""

from datetime import date

from associations.enums import Level, Milestone
from associations.milestones import actions as milestone_actions
from associations.models import Association, MilestoneEvent, MilestoneRule
from portal.accounts.models import User
from portal.records.models import StoredFile
from tests import factories

PLAN = Milestone.PLAN_ISSUED
DEADLINE = date(2020, 12, 31)


def stored_file(**values) -> StoredFile:
    defaults = {"sha256": "0" * 64, "name": "改革方案.pdf", "content_type": "application/pdf", "size": 9}
    return StoredFile.objects.create(**(defaults | values))


def claim(place: Association, by: User, on: date, **values) -> MilestoneEvent:
    defaults = {
        "milestone": PLAN,
        "document_number": "东府办发〔2020〕8号",
        "achieved_on": on,
        "file": values.pop("file", None) or stored_file(),
    }
    return milestone_actions.claim(association=place, by=by, on=on, **(defaults | values))


def milestone_rule(issuer: Association, milestone: Milestone = PLAN, **values) -> MilestoneRule:
    document = values.pop("document", None) or factories.policy(issuer)
    defaults = {
        "clause": "三（一）",
        "scope": issuer,
        "levels": [Level.PROVINCE, Level.CITY, Level.COUNTY],
        "starts_on": document.dated_on,
        "deadline": DEADLINE,
        "evidence": "印发的文件",
    }
    return MilestoneRule.objects.create(document=document, milestone=milestone, **(defaults | values))
