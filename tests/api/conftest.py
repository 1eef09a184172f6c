import pytest
from django.db import connection

from portal.accounts import actions
from tests import factories


@pytest.fixture
def clerk(client, office):
    """The browser of the county's clerk, who has given a code."""
    return factories.verified(client, office)


@pytest.fixture
def bearer(client):
    """Ask with a user's token; returns the response of a GET."""

    def ask(user, association, path, **limits):
        issued = actions.make_token(user=user, association=association, days=1, name="测试", **limits)
        return client.get(path, headers={"authorization": f"Bearer {issued.secret}"})

    return ask


@pytest.fixture
def no_database(transactional_db):
    """The database is away: nobody listens where it was."""
    connection.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "HOST", "/nowhere")
        yield
        connection.close()
