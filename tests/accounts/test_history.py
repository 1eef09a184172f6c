from portal.accounts.models import User
from tests import factories


def test_change_made_on_a_page_names_user_page_and_address(client, county):
    newcomer = factories.user(username="newcomer", association=county, must_change_password=True)
    client.force_login(newcomer)

    client.post(
        "/accounts/password/",
        {
            "old_password": "Correct-horse-1",
            "new_password1": "Other-horse-22",
            "new_password2": "Other-horse-22",
        },
        REMOTE_ADDR="10.1.2.3",
    )

    event = User.events.rel.related_model.objects.filter(must_change_password=False).latest("pgh_id")
    assert event.pgh_context.metadata == {
        "user": newcomer.pk,
        "url": "/accounts/password/",
        "address": "10.1.2.3",
    }
