import pytest

from portal.accounts.roles import AUDITOR
from tests import factories


@pytest.fixture
def auditor(county):
    return factories.user((AUDITOR, county), username="auditor", association=county)


@pytest.fixture
def asked(client, auditor):
    """Ask for a list as the auditor of the county."""
    client.force_login(auditor)
    return lambda path="/audit/", **query: client.get(path, query)
