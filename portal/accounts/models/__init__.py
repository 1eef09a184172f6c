from .link import AccessLink
from .second_factor import SecondFactor
from .sign_in import SignIn
from .team import Team, TeamMembership
from .user import ApiToken, Grant, GroupGrant, User

__all__ = [
    "AccessLink",
    "ApiToken",
    "Grant",
    "GroupGrant",
    "SecondFactor",
    "SignIn",
    "Team",
    "TeamMembership",
    "User",
]
