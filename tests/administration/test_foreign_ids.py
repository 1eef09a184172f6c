"""What lies outside the administrator's reach is refused like what does not exist, in every field."""

import pytest
from django.db.models import Model

from portal.accounts.models import AccessLink, ApiToken, Grant, GroupGrant, Team, TeamMembership, User
from tests import factories

WRITTEN: tuple[type[Model], ...] = (AccessLink, ApiToken, Grant, GroupGrant, Team, TeamMembership, User)
FOREIGN = {"association": "31", "user": "stranger"}
MISSING = {"association": "99", "user": "nobody00"}
KNOWN = {
    "association": "360102",
    "user": "clerk",
    "username": "newcomer",
    "name": "某名称",
    "role": "office",
    "roles": ["office"],
    "permissions": ["view-register"],
    "days": "30",
}


@pytest.fixture
def paths(clerk, county):
    team = factories.team(county)
    return {
        "invite": "/accounts/users/invite/",
        "grant": f"/accounts/users/{clerk.pk}/grant/",
        "team": "/accounts/teams/new/",
        "member": f"/accounts/teams/{team.pk}/",
        "team grant": f"/accounts/teams/{team.pk}/grant/",
        "token": "/accounts/tokens/new/",
    }


def counts() -> list[int]:
    return [model._base_manager.count() for model in WRITTEN]


@pytest.mark.parametrize("form", ["invite", "grant", "team", "member", "team grant", "token"])
def test_foreign_and_missing_get_the_same_answer_in_every_field(desk, stranger, paths, form):
    fields = desk.get(paths[form]).context["form"].fields
    facts = {name: KNOWN[name] for name in fields if name in KNOWN}
    before = counts()

    for name in set(fields) & set(FOREIGN):
        foreign, missing = (
            desk.post(paths[form], facts | {name: value[name]}).context["form"]
            for value in (FOREIGN, MISSING)
        )
        assert list(foreign.errors) == [name]
        assert foreign.errors == missing.errors

    assert set(fields) & set(FOREIGN)
    assert counts() == before


@pytest.mark.parametrize("form", ["invite", "grant", "team", "member", "team grant", "token"])
@pytest.mark.parametrize("value", ["\x00", "9" * 400, "<script>", "-1", "'; --", "😀"])
def test_nonsense_in_any_field_is_told_and_never_fails(desk, paths, form, value):
    fields = desk.get(paths[form]).context["form"].fields
    facts = {name: KNOWN[name] for name in fields if name in KNOWN}

    statuses = {name: desk.post(paths[form], facts | {name: value}).status_code for name in fields}

    # Plain texts take what they are given; nothing else does.
    assert set(statuses.values()) <= {200, 302}
