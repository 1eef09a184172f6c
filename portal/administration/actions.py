"""Give roles, also such as end with the term of a council."""

from datetime import date

from associations.models import Association
from portal.accounts import actions, team_actions
from portal.accounts.models import Grant, GroupGrant, Team, User
from portal.accounts.reach import refusal
from portal.accounts.roles import Role
from portal.lib.dates import official_day, today

from .queries import end_with_term
from .term_ends import TermEnd, last_day


def give_role(
    *, to: User | Team, role: Role, association: Association, ends_on: date | None, with_term: bool, by: User
) -> Grant | GroupGrant:
    """Give a role to a user or a team; `with_term` ends it with the term that sits.

    Raises: RuleViolation as `accounts.actions.grant_role`, and where no term sits or it is overdue.
    """
    end = _end(association) if with_term else None
    if end is not None:
        ends_on = _last_day(end, ends_on=ends_on)
    term = end.term if end else None
    if isinstance(to, Team):
        return team_actions.grant_to_team(
            team=to, role=role, association=association, ends_on=ends_on, term=term, by=by
        )
    return actions.grant_role(user=to, role=role, association=association, ends_on=ends_on, term=term, by=by)


def _end(association: Association) -> TermEnd:
    end = end_with_term(association)
    if end is None:
        raise refusal("no_term", "该协会没有登记现任的届次，请改填有效期", field="with_term")
    return end


def _last_day(end: TermEnd, *, ends_on: date | None) -> date:
    day = last_day(end, ends_on=ends_on)
    if day < today() and ends_on is None:
        message = f"第{end.term.number}届应于{official_day(end.due_on)}换届，已经逾期，请另填有效期"
        raise refusal("overdue", message, field="ends_on")
    return day
