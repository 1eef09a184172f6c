"""A made-up country for tests of figures: whatever rules, recodes, gaps and overdue terms a seed brings."""

from datetime import date, timedelta
from random import Random

from associations.enums import CODE_WIDTH, Body, Constituency, Level, Milestone, MilestoneStep
from associations.models import Association, PolicyDocument, TermRule
from associations.register import succession_actions
from portal.accounts.roles import OFFICE
from tests import factories

# Counties also hang directly under a province, and a city has none of its own.
CODES = (
    *("36", "3601", "360102", "360102001", "360102001001", "360102001002", "360102002", "360102002001"),
    *("360102-0001", "360103", "360103001", "360103001001", "3602", "360900", "360900001"),
    *("23", "2304", "230402", "230402001", "230402001001"),
)
RECODED_ON = date(2024, 1, 1)
RECODES = (("360102002", "360103099"), ("230402", "230499"))
ISSUERS = ("36", "3601", "360102", "360103", "23", "2304")
LAST_CLAIM = date(2022, 1, 1)


def make_country(seed: int) -> None:
    """Make every association, document and fact, then recode a township into another county, and a county."""
    random = Random(seed)
    for code in CODES:
        place = factories.association(code, **_days(random, is_unit="-" in code))
        _council(random, place)
        _steps(random, place)
    for code in ISSUERS:
        _document(random, Association.objects.get(code=code))
    clerk = factories.user(*((OFFICE, Association.objects.get(code=code)) for code in ("36", "23")))
    for old, new in RECODES:
        succession_actions.recode(
            association=Association.objects.get(code=old),
            new_code=new,
            on=RECODED_ON,
            document_number="民函〔2023〕1号",
            by=clerk,
            today=RECODED_ON,
        )


def _days(random: Random, *, is_unit: bool) -> dict[str, date | None]:
    established = random.choice([None, date(2000, 1, 1), date(2000, 1, 1), date(2021, 9, 1)])
    if is_unit:
        return {
            "established_on": established or date(2000, 1, 1),
            "dissolved_on": random.choice([None, date(2022, 3, 1)]),
        }
    dissolved = date(2022, 3, 1) if established and random.random() < 0.2 else None
    return {
        "established_on": established,
        "dissolved_on": dissolved,
        "due_from": random.choice([None, None, None, date(2021, 12, 1)]),
        "due_until": random.choice([None, None, None, date(2023, 6, 30)]),
    }


def _council(random: Random, place: Association) -> None:
    if random.random() < 0.25:
        return
    starts_on = date(2014, 1, 1) + timedelta(days=random.randrange(3600))
    term = factories.term(place, congress_on=starts_on, starts_on=starts_on)
    for _ in range(random.randrange(5)):
        factories.seat(
            term,
            random.choice(["council-member", "delegate", "standing-member"]),
            constituency=random.choice([Constituency.GRASSROOTS, Constituency.OTHER]),
        )


def _steps(random: Random, place: Association) -> None:
    for milestone in (Milestone.PLAN_ISSUED, Milestone.BUDGET):
        day = date(2020, 6, 1) + timedelta(days=random.randrange(600))
        for step in random.choice([(), ("claimed",), ("claimed", "verified"), ("claimed", "returned")]):
            factories.milestone_step(place, milestone, MilestoneStep(step), day)


def _document(random: Random, issuer: Association) -> None:
    document = factories.policy(issuer, dated_on=date(2020, 1, 1) + timedelta(days=random.randrange(900)))
    for body in random.sample(list(Body), 2):
        factories.quota_rule(document, body, random.choice([20, 50]), **_reach(random, document))
    for milestone in (
        Milestone.PLAN_ISSUED,
        Milestone.BUDGET,
        *random.sample([Milestone.NETWORK, Milestone.QUOTAS, Milestone.RE_ELECTION], 2),
    ):
        values = {
            "weight": random.choice([0, 1, 3]),
            "deadline": random.choice([None, date(2020, 12, 31), date(2022, 6, 30)]),
        }
        factories.milestone_rule(document, milestone, **values, **_reach(random, document))
    TermRule.objects.create(
        document=document, clause="五", years=random.choice([2, 3, 4]), **_reach(random, document)
    )


def _reach(random: Random, document: PolicyDocument) -> dict[str, object]:
    below = [code for code in CODES if code.startswith(document.issuer.code) and "-" not in code]
    scope = Association.objects.get(code=random.choice([document.issuer.code, *below]))
    levels = [level for level in (*CODE_WIDTH, Level.UNIT) if level >= scope.level]
    return {
        "scope": scope,
        "levels": sorted(random.sample(levels, random.randrange(1, len(levels) + 1))),
        "starts_on": document.dated_on,
        "ends_on": random.choice([None, None, date(2023, 1, 1)]),
    }
