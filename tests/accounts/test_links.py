from datetime import timedelta

import pytest
from django.core import mail
from django.db.models import F

from portal.accounts import link_actions
from portal.accounts.enums import LinkPurpose, UserState
from portal.accounts.link_actions import accept_link, issue_link
from portal.accounts.models import AccessLink, Grant, User
from portal.accounts.roles import ADMINISTRATOR, LEADER, OFFICE
from portal.lib.dates import now, today
from portal.lib.findings import RuleViolation
from tests import factories

LINK = "/accounts/link/"
CHOSEN = "Chosen-by-me-7"


@pytest.fixture
def administrator(city):
    return factories.user((ADMINISTRATOR, city), username="administrator", association=city)


@pytest.fixture
def invited(administrator, county):
    return link_actions.invite(
        username="newcomer",
        name="某新人",
        email="",
        association=county,
        roles=[OFFICE, LEADER],
        ends_on=today(),
        by=administrator,
    )


def show(client, secret):
    return client.post(LINK, {"key": secret})


def accept(client, secret, password=CHOSEN, again=CHOSEN):
    return client.post(LINK, {"key": secret, "new_password1": password, "new_password2": again})


def test_invited_user_has_roles_and_no_password(invited, administrator, county):
    user = User.objects.get(username="newcomer")

    assert (user.state, user.association, user.must_change_password) == (UserState.INVITED, county, False)
    grants = Grant.objects.filter(user=user).values_list(
        "permission__codename", "content_object", "ends_on", "granted_by"
    )
    expected = [(role.codename, county.pk, today(), administrator.pk) for role in (LEADER, OFFICE)]
    assert sorted(grants) == sorted(expected)
    assert not user.check_password("")


def test_secret_is_kept_as_a_hash_and_lives_twenty_days(invited):
    stored = AccessLink.objects.annotate(life=F("expires_at") - F("created_at")).get()

    assert stored.secret_hash == AccessLink.hash_of(invited.secret)
    assert invited.secret not in str(vars(stored))
    assert timedelta(days=19, hours=23) < stored.life <= timedelta(days=20)


def test_link_sets_a_password_once(client, invited):
    page = show(client, invited.secret)
    done = accept(client, invited.secret)
    again = accept(client, invited.secret, "Another-one-8", "Another-one-8")

    assert (page.status_code, "newcomer" in page.content.decode()) == (200, True)
    assert page.context["form"].errors == {}
    assert (done.status_code, again.status_code) == (200, 404)
    user = User.objects.get(username="newcomer")
    assert user.check_password(CHOSEN)
    signed_in = client.post("/accounts/sign-in/", {"username": "newcomer", "password": CHOSEN})
    assert signed_in["Location"] == "/"


def used(issued, by):
    accept_link(secret=issued.secret, password=CHOSEN)


def expired(issued, by):
    AccessLink.objects.update(created_at=now() - timedelta(days=21), expires_at=now() - timedelta(seconds=1))


def revoked(issued, by):
    issue_link(user=issued.link.user, by=by)


def of_a_deactivated_user(issued, by):
    User.objects.filter(pk=issued.link.user_id).update(is_active=False)


def made_up(issued, by):
    AccessLink.objects.update(secret_hash="0" * 64)


@pytest.mark.parametrize("kill", [used, expired, revoked, of_a_deactivated_user, made_up])
def test_dead_links_all_look_the_same(client, invited, administrator, kill):
    never = show(client, "never-made")
    kill(invited, administrator)

    page, sent = show(client, invited.secret), accept(client, invited.secret)

    assert (page.status_code, sent.status_code) == (404, 404)
    assert page.content == sent.content == never.content


@pytest.mark.parametrize("address", [LINK, f"{LINK}open/"])
def test_secret_in_a_query_opens_nothing(client, invited, address):
    page = client.get(address, {"key": invited.secret}, follow=True)

    text = page.content.decode()
    assert (page.status_code, page.request["PATH_INFO"]) == (200, f"{LINK}open/")
    assert ("newcomer" in text, invited.secret in text) == (False, False)


@pytest.mark.parametrize(
    "pasted", ["{}", " {}\n", "https://h/accounts/link/open/#{}", "https://h/link/?key={}"]
)
def test_code_and_whole_link_can_be_pasted(client, invited, pasted):
    page = show(client, pasted.format(invited.secret))

    assert (page.status_code, page.context["form"]["key"].value()) == (200, invited.secret)


@pytest.mark.parametrize("key", ["", "x" * 5000, "\ud800", "密钥"])
def test_nonsense_is_a_dead_link(client, db, key):
    assert client.post(LINK, {"key": key.encode(errors="replace").decode()}).status_code == 404


@pytest.mark.parametrize(
    ("password", "again"), [("short", "short"), ("newcomer-A1", "newcomer-A1"), (CHOSEN, "Other-horse-22")]
)
def test_weak_or_mistyped_password_leaves_the_link_alive(client, invited, password, again):
    page = accept(client, invited.secret, password, again)

    assert list(page.context["form"].errors) == ["new_password2"]
    assert accept(client, invited.secret).status_code == 200


def test_reset_lives_a_day_and_leaves_the_password_until_it_is_used(administrator, county):
    clerk = factories.user((OFFICE, county), association=county)

    issued = issue_link(user=clerk, by=administrator)

    assert issued.link.purpose == LinkPurpose.RESET
    assert timedelta(hours=23) < issued.link.expires_at - issued.link.created_at <= timedelta(hours=24)
    assert User.objects.get(pk=clerk.pk).check_password("Correct-horse-1")


def test_used_reset_ends_sessions_and_the_lock(client, administrator, county):
    clerk = factories.user((OFFICE, county), username="clerk", association=county, must_change_password=True)
    at_home = type(client)()
    at_home.force_login(clerk)
    for _ in range(5):
        client.post("/accounts/sign-in/", {"username": "clerk", "password": "wrong"})

    accept(client, issue_link(user=clerk, by=administrator).secret)

    assert at_home.get("/accounts/password/")["Location"].startswith("/accounts/sign-in/")
    signed_in = client.post("/accounts/sign-in/", {"username": "clerk", "password": CHOSEN})
    assert (signed_in.status_code, User.objects.get(pk=clerk.pk).must_change_password) == (302, False)


def refused(act, **arguments) -> list[str]:
    with pytest.raises(RuleViolation) as violation:
        act(**arguments)
    return [finding.code for finding in violation.value.findings]


def test_no_link_for_whoever_holds_more_than_the_administrator(administrator, province, county):
    clerk = factories.user((OFFICE, province), association=county)

    assert refused(issue_link, user=clerk, by=administrator) == ["holds_more"]


def test_no_link_for_a_member_of_a_team_from_above(administrator, province, county):
    clerk = factories.user(association=county)
    team = factories.team(province)
    factories.team_grant(team, OFFICE, province)
    clerk.groups.add(team.group)

    assert refused(issue_link, user=clerk, by=administrator) == ["holds_more"]


def test_no_link_for_a_stranger_oneself_or_a_deactivated_user(administrator, province, county):
    stranger = factories.user(association=province)
    gone = factories.user(association=county, is_active=False)

    assert refused(issue_link, user=stranger, by=administrator) == ["out_of_reach"]
    assert refused(issue_link, user=administrator, by=administrator) == ["own_account"]
    assert refused(issue_link, user=gone, by=administrator) == ["deactivated"]


@pytest.mark.parametrize(
    ("has_server", "address", "sent"),
    [(True, "a@example.org", 1), (True, "", 0), (False, "a@example.org", 0)],
)
def test_link_is_mailed_where_there_is_an_address_and_a_server(
    client, settings, administrator, county, has_server, address, sent
):
    settings.MAILS_MESSAGES = has_server
    client.force_login(administrator)
    factories.verify(client, administrator)
    values = {"username": "new", "name": "某新人", "email": address, "association": "360102"}

    page = client.post("/accounts/users/invite/", values | {"roles": ["office"]})

    url = page.context["url"]
    secret = url.partition("/accounts/link/open/#")[2]
    assert AccessLink.objects.get().secret_hash == AccessLink.hash_of(secret)
    # Once behind "#", where it never leaves the browser, and once to be typed.
    found = [(url in message.body, message.body.count(secret)) for message in mail.outbox]
    assert found == [(True, 2)] * sent
    assert page.context["is_mailed"] == bool(sent)
