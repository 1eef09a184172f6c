"""The limit of the API is one for all web processes."""

import subprocess
import sys

import pytest

from portal.lib import limits
from portal.lib.env import read_rate

A_DAY = 86_400
TERMS = "/api/v1/terms/"
# Another web process, as far as its counting goes.
ASK_TWICE = """
import sys
from types import SimpleNamespace
import django
django.setup()
from django.conf import settings
from portal.api.throttling import UserThrottle
from portal.lib.env import read_rate
settings.LIMITS_PREFIX, settings.API_RATE = sys.argv[1], read_rate("API_RATE", "3/hour")
request = SimpleNamespace(user=SimpleNamespace(pk=int(sys.argv[2])))
print([UserThrottle().allow_request(request, None) for _ in range(2)])
"""


@pytest.fixture
def three_an_hour(settings):
    settings.API_RATE = read_rate("API_RATE", "3/hour")


def test_requests_to_two_processes_count_together(client, office, settings, three_an_hour):
    client.force_login(office)
    command = [sys.executable, "-c", ASK_TWICE, settings.LIMITS_PREFIX, str(office.pk)]

    other = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    here = [client.get(TERMS) for _ in range(2)]

    assert other == "[True, True]\n"
    assert [answer.status_code for answer in here] == [200, 429]
    assert 3500 < int(here[1]["Retry-After"]) <= 3600


def test_requests_of_somebody_else_do_not_count(client, office, neighbour, three_an_hour):
    client.force_login(neighbour)
    for _ in range(3):
        client.get(TERMS)

    client.force_login(office)

    assert client.get(TERMS).status_code == 200


@pytest.mark.parametrize("which", ["closed_broker", "frozen_broker"])
def test_broker_that_is_away_refuses_nobody(
    client, office, settings, three_an_hour, which, request, caplog, monkeypatch
):
    monkeypatch.setattr(limits, "REST_SECONDS", A_DAY)
    settings.REDIS_URL = request.getfixturevalue(which)
    client.force_login(office)

    answers = [client.get(TERMS).status_code for _ in range(10)]

    assert answers == [200] * 10
    events = [record.msg["event"] for record in caplog.records if isinstance(record.msg, dict)]
    assert events.count("limits_not_counted") == 1
