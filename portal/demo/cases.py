"""The cases that the rules are explained by, each on an association of the demo that shows it."""

from datetime import date

from associations.enums import Constituency, Milestone, MilestoneStep, Post
from associations.models import Association, MilestoneEvent
from portal.records.models import StoredFile

from .councils import CouncilMaker, Shape
from .milestones import claim, step

CASE_TERM = [(3, date(2020, 4, 20), date(2025, 4, 19)), (4, date(2025, 4, 20), None)]


def council_only(total: int, counted: int, grassroots: Constituency = Constituency.GRASSROOTS) -> Shape:
    """A council of exactly `total` seats of which five are leaders and `counted` are the grass roots'."""
    return Shape(
        delegates=60,
        delegates_grassroots=36,
        standing=5,
        standing_grassroots=3,
        council=total - 10,
        council_grassroots=counted - 3,
        grassroots=grassroots,
    )


def congress_only(total: int, counted: int) -> Shape:
    """A congress of `total` delegates, `counted` of them the grass roots', and a council that meets."""
    return Shape(
        delegates=total,
        delegates_grassroots=counted,
        standing=7,
        standing_grassroots=4,
        council=28,
        council_grassroots=14,
    )


# 20 of 50 council seats: met at 30 %, met exactly at 40 %, short at 50 %, and no rule at all.
SHAPES = {
    "360103": council_only(50, 20),
    "230402": council_only(50, 20),
    "310107": council_only(50, 20),
    "420902": council_only(50, 20),
    # 161 of 403 delegates are 39.9 % and not 40.0 %; so are not 17 of 43.
    "360121": congress_only(403, 161),
    "360123": congress_only(43, 17),
    # Served people count under 向阳's rule and not under Jiangxi's.
    "360104": council_only(50, 20, Constituency.SERVED),
}
# The county whose council was never formed: 未建, which is not met.
NO_COUNCIL = frozenset({"360781"})
# The plan dated on the last day of the deadline, claimed that day and verified the year after.
PLAN_IN_TIME = "360111"
# What the walk through the browser claims and verifies.
LEFT_TO_CLAIM = ("360102", Milestone.BUDGET)
# Nine leave and ten enter at the second council session.
SECOND_SESSION = ("3602", date(2023, 5, 24))
SKIPPED = frozenset({(PLAN_IN_TIME, Milestone.PLAN_ISSUED), LEFT_TO_CLAIM})


def second_session_of(association: Association, maker: CouncilMaker) -> None:
    """Hold 五届二次: 9 of the council leave; 1 vice-president, 4 standing and 5 council members enter."""
    shape = Shape(
        delegates=120,
        delegates_grassroots=50,
        standing=14,
        standing_grassroots=5,
        council=40,
        council_grassroots=16,
    )
    maker.make(association, shape=shape, terms=[(5, date(2022, 4, 12), None)])
    entering = [
        (Post.VICE_PRESIDENT, Constituency.ADMINISTRATION),
        *[(Post.STANDING_MEMBER, Constituency.GRASSROOTS)] * 2,
        *[(Post.STANDING_MEMBER, Constituency.EXPERT)] * 2,
        *[(Post.COUNCIL_MEMBER, Constituency.GRASSROOTS)] * 3,
        *[(Post.COUNCIL_MEMBER, Constituency.PROFESSION)] * 2,
    ]
    maker.second_session(maker.rows.terms[-1], on=SECOND_SESSION[1], leaving=9, entering=entering)


def plan_in_time(association: Association, *, proof: StoredFile, random) -> None:
    """Claim the reform plan on the deadline itself; the verifier comes to it in the following March."""
    last_day = date(2020, 12, 31)
    MilestoneEvent.objects.bulk_create(
        [
            claim(
                association, Milestone.PLAN_ISSUED, last_day, achieved_on=last_day, proof=proof, random=random
            ),
            step(association, Milestone.PLAN_ISSUED, MilestoneStep.VERIFIED, date(2021, 3, 12)),
        ]
    )
