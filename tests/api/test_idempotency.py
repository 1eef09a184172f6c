"""What is kept of a repeated request tells nothing to whoever reads the database."""

import hashlib
import json
from importlib import import_module

from django.apps import apps

from portal.api.models import KeyedRequest
from portal.reports.models import Report
from tests.api.test_reports import ASKED, REPORTS, order


def plain_digest() -> str:
    """The digest that anybody could compute of a body that they guess."""
    return hashlib.sha256(f"{REPORTS}\n{json.dumps(ASKED, sort_keys=True)}".encode()).hexdigest()


def test_digest_of_a_request_cannot_be_computed_without_the_key(clerk, settings):
    order(clerk, key="abc")
    first = KeyedRequest.objects.get().digest
    KeyedRequest.objects.all().delete()
    settings.PERSONAL_DATA_SEARCH_KEY = b"x" * 32
    order(clerk, key="abc")

    assert len({first, KeyedRequest.objects.get().digest, plain_digest()}) == 3


def test_request_of_the_day_before_the_upgrade_may_still_be_repeated(clerk):
    first = order(clerk, key="abc").json()["id"]
    KeyedRequest.objects.update(digest=plain_digest())

    import_module("portal.api.migrations.0003_keyed_digests").key_digests(apps, None)

    assert order(clerk, key="abc").json()["id"] == first
    assert Report.objects.count() == 1
