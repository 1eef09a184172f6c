"""Made-up requests to every operation of the schema: refusals are problems, nothing is a server error."""

import json
import logging
from datetime import timedelta
from http import HTTPStatus

import pytest
import schemathesis
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core import NotSet

from portal.accounts.roles import ROLES
from portal.lib.env import Rate
from tests import factories
from tests.access import world
from tests.access.operations import read_schema, real_values

CASES = 5_000
SEED = 20261125


@pytest.fixture(scope="module")
def schema():
    return schemathesis.openapi.from_dict(read_schema())


@pytest.fixture
def here(db, settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    settings.API_RATE = Rate(count=10 * CASES, period=timedelta(hours=1))
    return world.build()


@pytest.fixture(autouse=True)
def quiet():
    """Five thousand refusals are not worth a line each."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def whole(here):
    """Somebody who holds every role at the county, so that nothing is out of reach for want of one."""
    user = factories.user(username="whole")
    for role in ROLES:
        factories.grant(user, role, here.places["own"].association)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def written(body: object) -> bytes:
    if isinstance(body, bytes | NotSet):
        return body if isinstance(body, bytes) else b""
    # Files that it makes up for uploads are bytes: sent as JSON they are one more thing to refuse.
    return json.dumps(body, default=str).encode()


def ask(client: Client, case, values: dict[str, object]):
    path = case.path
    for name, value in ((case.path_parameters or {}) | values).items():
        path = path.replace(f"{{{name}}}", str(value))
    # Whoever is not signed in gets no further than a 401, which other tests hold.
    sent = (case.headers or {}).items()
    headers = {name: str(value) for name, value in sent if name not in ("Authorization", "Cookie")}
    if values and "If-Match" in headers:
        headers["If-Match"] = '"1"'
    query = {name: value for name, value in (case.query or {}).items() if value is not None}
    with transaction.atomic():
        response = client.generic(
            case.method,
            path,
            written(case.body),
            content_type="application/json",
            query_params=query,
            headers=headers,
        )
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return response


def test_no_operation_answers_with_a_server_error(schema, here, whole):
    asked, offences = 0, []

    def check(case, is_real):
        nonlocal asked
        values = real_values(here.places["own"], case.path) if is_real else {}
        asked += 1
        try:
            response = ask(whole, case, values)
        except ValueError:
            return  # no address or header that could be sent
        is_refusal = response.status_code >= HTTPStatus.BAD_REQUEST
        if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or (
            is_refusal and "problem+json" not in response["Content-Type"]
        ):
            offences.append(
                (case.method, case.path, response.status_code, repr(case.query), repr(case.body)[:200])
            )

    operations = [found.ok() for found in schema.get_all_operations()]
    each = CASES // len(operations) // 2 + 1
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            fuzz(operation.as_strategy(generation_mode=mode), check, cases=each)

    assert offences[:5] == []
    assert asked >= CASES


def fuzz(strategy, check, *, cases: int) -> None:
    @seed(SEED)
    @settings(
        max_examples=cases,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy, is_real=st.booleans())
    def run(case, is_real):
        check(case, is_real)

    run()
