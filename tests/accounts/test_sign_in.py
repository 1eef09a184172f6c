import pytest
from django.urls import reverse

from portal.accounts.models import User
from tests import factories

PASSWORD = "Correct-horse-1"
SIGN_IN = "/accounts/sign-in/"


def sign_in(client, username, password, **extra):
    return client.post(SIGN_IN, {"username": username, "password": password}, **extra)


def test_sign_in_leads_to_the_page_that_was_asked_for(client, office):
    asked = client.get("/accounts/password/")

    entered = client.post(asked["Location"], {"username": "office", "password": PASSWORD})

    assert asked["Location"] == "/accounts/sign-in/?next=/accounts/password/"
    assert (entered.status_code, entered["Location"]) == (302, "/accounts/password/")


def test_sign_in_never_leads_to_another_site(client, office):
    entered = client.post(
        f"{SIGN_IN}?next=https://example.org/", {"username": "office", "password": PASSWORD}
    )

    assert entered["Location"] == "/"


def test_sixth_try_is_locked_out_even_with_the_right_password(client, office):
    for _ in range(4):
        assert sign_in(client, "office", "wrong").status_code == 200

    fifth = sign_in(client, "office", "wrong")
    right = sign_in(client, "office", PASSWORD)

    assert [fifth.status_code, right.status_code] == [429, 429]
    assert "账号暂时锁定" in right.content.decode()
    assert "_auth_user_id" not in client.session


def test_lock_out_ends_for_nobody_else(client, office, neighbour):
    for _ in range(5):
        sign_in(client, "office", "wrong")

    same_machine = sign_in(client, "neighbour", PASSWORD)
    other_machine = sign_in(client, "office", PASSWORD, REMOTE_ADDR="10.0.0.9")

    assert [same_machine.status_code, other_machine.status_code] == [302, 302]


def test_lock_out_cannot_be_dodged_by_a_forged_address(client, office):
    for number in range(5):
        sign_in(client, "office", "wrong", HTTP_X_FORWARDED_FOR=f"10.0.0.{number}")

    right = sign_in(client, "office", PASSWORD, HTTP_X_FORWARDED_FOR="10.0.0.77")

    assert right.status_code == 429


def test_unknown_and_known_names_get_the_same_refusal(client, office):
    known = sign_in(client, "office", "wrong").context["form"].non_field_errors()

    unknown = sign_in(client, "nobody", "wrong").context["form"].non_field_errors()

    assert list(known) == list(unknown)


def test_sign_out_is_a_post(client, office):
    client.force_login(office)

    assert client.get("/accounts/sign-out/").status_code == 405
    assert "已退出登录" in client.post("/accounts/sign-out/").content.decode()
    assert "_auth_user_id" not in client.session


@pytest.fixture
def newcomer(county):
    return factories.user(username="newcomer", association=county, must_change_password=True)


def test_password_from_somebody_else_must_be_changed_first(client, newcomer):
    client.force_login(newcomer)

    page = client.get("/nowhere/")
    api = client.get("/api/v1/terms/")

    assert (page.status_code, page["Location"]) == (302, reverse("accounts:password"))
    assert (api.status_code, api.json()["detail"]) == (403, "须先在网页上修改密码")


def test_changed_password_opens_the_portal_and_ends_other_sessions(client, client2, newcomer):
    client.force_login(newcomer)
    client2.force_login(newcomer)

    change = {"old_password": PASSWORD, "new_password1": "Other-horse-22", "new_password2": "Other-horse-22"}
    changed = client.post("/accounts/password/", change)

    assert (changed.status_code, changed["Location"]) == (302, "/")
    assert User.objects.get(pk=newcomer.pk).must_change_password is False
    assert client.get("/api/v1/terms/").status_code == 200
    assert client2.get("/api/v1/terms/").status_code == 401


@pytest.fixture
def client2(client):
    return type(client)()


@pytest.mark.parametrize("weak", ["Aa-1", "alllowercase", "newcomer-A1", "Password1234"])
def test_weak_password_is_refused(client, newcomer, weak):
    client.force_login(newcomer)

    page = client.post(
        "/accounts/password/", {"old_password": PASSWORD, "new_password1": weak, "new_password2": weak}
    )

    assert page.status_code == 200
    assert list(page.context["form"].errors) == ["new_password2"]


@pytest.mark.parametrize("length", [151, 256, 5000])
def test_user_name_too_long_for_any_account_is_told(client, db, length):
    page = sign_in(client, "x" * length, "wrong")

    assert page.status_code == 200
    assert list(page.context["form"].errors) == ["username"]


def change_password(client, old):
    new = {"new_password1": "Other-horse-22", "new_password2": "Other-horse-22"}
    return client.post("/accounts/password/", {"old_password": old} | new)


def test_wrong_old_passwords_lock_as_sign_in_does(client, client2, office):
    client.force_login(office)

    wrong = [change_password(client, "wrong").status_code for _ in range(5)]
    right = change_password(client, PASSWORD).status_code

    assert (wrong, right) == ([200] * 4 + [429], 429)
    assert sign_in(client2, "office", PASSWORD).status_code == 429
    assert User.objects.get(pk=office.pk).check_password(PASSWORD)
