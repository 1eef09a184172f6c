"""Where a look cannot be put on record nothing sensitive is shown, by any route."""

import pytest
from django.test import Client

from portal.accounts.roles import FAMILY, OFFICE
from portal.audit.models import Look
from portal.records.registry import registered
from tests import factories

from .conftest import ASKED, CANARIES, FAMILY_CANARIES, NUMBER

SENSITIVE = [record_type for record_type in registered() if record_type.is_sensitive]
REVEAL = {"cause": "核对本人身份", "detail": "来人办理入会手续"}


@pytest.fixture
def everything(county, person, family):
    """Somebody who may do all that is done with people and families."""
    user = factories.user((OFFICE, county), (FAMILY, county), username="everything", association=county)
    return factories.verified(Client(raise_request_exception=False), user)


def shown(response):
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode(errors="replace")


def paths_of(record_type, record):
    keyed = {"detail": (record.pk,), "edit": (record.pk,), "history": (record.pk,)}
    if record_type.ending:
        keyed["end"] = (record.pk,)
    if record_type.deletes:
        keyed["delete"] = (record.pk,)
    if record_type.masks:
        keyed["reveal"] = (record.pk,)
    version = record.events.earliest("pgh_id").pk
    pages = {"list": (), "export_csv": (), "export_xlsx": (), **keyed, "restore": (record.pk, version)}
    return {page: record_type.url(page, *keys) for page, keys in pages.items()}


@pytest.mark.parametrize("record_type", SENSITIVE, ids=lambda each: each.slug)
def test_sensitive_pages_show_nothing_unrecorded(everything, deaf, record_type):
    record = record_type.model.objects.first()
    record_type.model.objects.filter(pk=record.pk).update(version=1)

    answers = {name: everything.get(path) for name, path in paths_of(record_type, record).items()}

    ended = {name for name, answer in answers.items() if name == "end" and answer.status_code == 404}
    assert {answer.status_code for name, answer in answers.items() if name not in ended} == {503}
    for answer in answers.values():
        assert [canary for canary in FAMILY_CANARIES.values() if canary in shown(answer)] == []


@pytest.mark.parametrize("record_type", SENSITIVE, ids=lambda each: each.slug)
def test_every_sensitive_page_is_on_record(everything, record_type):
    """The other side: each page that shows a record of the type writes a look at that record."""
    record = record_type.model.objects.first()

    for name, path in paths_of(record_type, record).items():
        before = Look.objects.filter(model=record._meta.label_lower, key=record.pk).count()
        answer = everything.get(path)
        shown(answer)
        if answer.status_code == 200:
            after = Look.objects.filter(model=record._meta.label_lower, key=record.pk).count()
            assert (name, after) == (name, before + 1)


@pytest.mark.parametrize("record_type", SENSITIVE, ids=lambda each: each.slug)
def test_api_shows_nothing_unrecorded(everything, deaf, record_type):
    record = record_type.model.objects.first()
    address = f"/api/v1/{record_type.slug}/"

    answers = [everything.get(address), everything.get(f"{address}{record.pk}/")]

    assert [(answer.status_code, answer.json()["title"]) for answer in answers] == [(503, "暂时不可用")] * 2
    for answer in answers:
        assert [canary for canary in FAMILY_CANARIES.values() if canary in shown(answer)] == []


@pytest.mark.parametrize("record_type", SENSITIVE, ids=lambda each: each.slug)
def test_api_puts_each_look_on_record_once(everything, record_type):
    record = record_type.model.objects.first()

    everything.get(f"/api/v1/{record_type.slug}/{record.pk}/")

    assert [(look.channel, look.key) for look in Look.objects.all()] == [("api", record.pk)]


def test_copy_shows_nothing_unrecorded(everything, deaf, person):
    answer = everything.post(f"/personal-data/people/{person.pk}/copy/", ASKED)

    assert answer.status_code == 503
    assert [text for text in (*CANARIES.values(), NUMBER) if text in shown(answer)] == []


@pytest.mark.parametrize("names", [["id_number_sealed"], ["phone"]])
def test_reveal_shows_nothing_unrecorded(everything, deaf, person, names):
    answer = everything.post(f"/records/people/{person.pk}/reveal/", REVEAL | {"names": names})

    assert answer.status_code == 503
    assert [text for text in (*CANARIES.values(), NUMBER) if text in shown(answer)] == []


def test_what_is_not_sensitive_is_shown_all_the_same(everything, deaf, person):
    assert CANARIES["name"] in shown(everything.get(f"/records/people/{person.pk}/"))
