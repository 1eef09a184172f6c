import pytest

from portal.accounts.roles import ADMINISTRATOR
from portal.records.registry import registered
from tests import factories

TYPES = {record_type.slug: record_type for record_type in registered()}


@pytest.fixture
def administrator(city):
    return factories.user((ADMINISTRATOR, city), username="administrator", association=city)


def cells(response):
    return [[cell.text for cell in row.cells] for row in response.context["rows"]]


def keys(response):
    return [row.key for row in response.context["rows"]]
