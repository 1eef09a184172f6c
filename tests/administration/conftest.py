import pytest

from portal.accounts.roles import ADMINISTRATOR, OFFICE
from tests import factories


@pytest.fixture
def administrator(city):
    return factories.user((ADMINISTRATOR, city), username="administrator", association=city)


@pytest.fixture
def desk(client, administrator):
    """The browser of the city's administrator, who has given a code."""
    client.force_login(administrator)
    factories.verify(client, administrator)
    return client


@pytest.fixture
def clerk(county):
    return factories.user(username="clerk", name="某办事员", association=county)


@pytest.fixture
def stranger(db):
    """A clerk of another province."""
    away = factories.association("31")
    return factories.user((OFFICE, away), username="stranger", name="外省人员", association=away)
