"""Files of records: offered with them, listed from them, and never reached otherwise."""

import re

import pytest
from django.urls import reverse

from associations.enums import Milestone, MilestoneStep, Visibility
from portal.records.files import store_bytes
from portal.records.registry import registered
from tests import factories
from tests.access.world import DAY

TYPES = {record_type.slug: record_type for record_type in registered()}
POLICIES = TYPES["policies"]
FILES = "/records/files/"


@pytest.fixture(autouse=True)
def files_dir(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


def stored(name, data=b"%PDF-1.7", **values):
    return factories.stored_file(sha256=store_bytes(data), name=name, size=len(data), **values)


def claim(place, name, **values):
    return factories.milestone_step(
        place, Milestone.PLAN_ISSUED, MilestoneStep.CLAIMED, DAY, file=stored(name), **values
    )


def names(response):
    return [use.file.name for use, _, _ in response.context["uses"]]


@pytest.mark.parametrize(
    ("who", "shown"),
    [
        ("office", ["佐证.pdf", "市文件.pdf"]),
        ("leader", ["佐证.pdf", "市文件.pdf"]),
        ("neighbour", ["市文件.pdf"]),
        ("verifier", ["佐证.pdf", "受限.pdf", "市文件.pdf"]),
    ],
)
def test_list_shows_the_files_of_visible_records(client, request, city, county, other_county, who, shown):
    factories.policy(city, file=stored("市文件.pdf"))
    factories.policy(city, file=stored("受限.pdf"), visibility=Visibility.RESTRICTED)
    stored("无人引用.pdf")
    claim(county, "佐证.pdf")
    client.force_login(request.getfixturevalue(who))

    assert names(client.get(FILES)) == shown


def test_list_is_missing_for_who_sees_no_record(client, outsider):
    client.force_login(outsider)

    assert client.get(FILES).status_code == 404


def test_list_says_what_a_file_is_and_where_it_is_used(client, office, county):
    file = stored("方案.pdf", uploaded_by=office)
    document = factories.policy(county, file=file, title="方案", number="测发〔2020〕1号")
    event = claim(county, "佐证.pdf")
    client.force_login(office)

    response = client.get(FILES)

    links = [(page, download) for _, page, download in response.context["uses"]]
    assert links == [
        (
            reverse("oversight:milestone", args=["360102", "plan-issued"]),
            reverse("oversight:file", args=[event.pk]),
        ),
        (f"/policies/{document.pk}/", f"/records/policies/{document.pk}/files/file/"),
    ]
    cells = [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", response.text, re.S)]
    assert [cells[6:9], cells[10:]] == [
        ["PDF", "8\xa0字节", "office"],
        ["政策文件：方案(测发〔2020〕1号)", "东湖区计划生育协会"],
    ]
    assert [b"".join(client.get(download).streaming_content) for _, download in links] == [b"%PDF-1.7"] * 2


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"q": "佐"}, ["佐证.pdf"]),
        ({"under": "360102"}, ["佐证.pdf"]),
        ({"under": "36010"}, ["佐证.pdf"]),
        ({"source": "policies-file"}, ["市文件.pdf"]),
        ({"content_type": "application/pdf"}, ["佐证.pdf", "市文件.pdf"]),
        ({"content_type": "image/png"}, []),
        ({"under": "x"}, []),
    ],
)
def test_list_keeps_what_the_filters_ask_for(client, office, city, county, query, shown):
    factories.policy(city, file=stored("市文件.pdf"))
    claim(county, "佐证.pdf")
    client.force_login(office)

    assert names(client.get(FILES, query)) == shown


@pytest.mark.parametrize(
    "query",
    [{"source": "x"}, {"size": "1"}, {"after": "1"}, {"after": "1.x.9" + "9" * 30}, {"after": "a.b.c"}],
)
def test_list_refuses_an_address_that_it_did_not_write(client, office, query):
    client.force_login(office)

    assert client.get(FILES, query).status_code == 400


def test_list_goes_on_behind_its_last_file_also_where_records_share_one(client, office, county, monkeypatch):
    monkeypatch.setattr("portal.records.views.files.PAGE_SIZE", 2)
    shared = stored("共用.pdf")
    for _ in range(3):
        factories.policy(county, file=shared)
    factories.milestone_step(county, Milestone.LISTED, MilestoneStep.CLAIMED, DAY, file=shared)
    claim(county, "新的.pdf")
    client.force_login(office)

    pages, url = [], FILES
    while url:
        page = client.get(url)
        pages.append([(use.source.name, use.record.pk) for use, _, _ in page.context["uses"]])
        url = FILES + page.context["next_url"] if page.context["next_url"] else ""

    flat = [use for page in pages for use in page]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert len(set(flat)) == 5


def test_list_asks_the_same_queries_for_one_row_and_for_three(
    client, office, county, django_assert_num_queries
):
    claim(county, "一.pdf")
    client.force_login(office)
    with django_assert_num_queries(10):
        client.get(FILES)
    factories.policy(county, file=stored("二.pdf", uploaded_by=office))
    factories.policy(county, file=stored("三.pdf", uploaded_by=office))

    with django_assert_num_queries(10):
        response = client.get(FILES)

    assert names(response) == ["三.pdf", "二.pdf", "一.pdf"]


@pytest.mark.parametrize(("who", "status"), [("office", 200), ("neighbour", 404), ("outsider", 404)])
def test_file_is_sent_to_who_sees_its_record(client, request, county, who, status):
    document = factories.policy(county, file=stored("方案.pdf"))
    client.force_login(request.getfixturevalue(who))

    response = client.get(POLICIES.url("file", document.pk, "file"))

    assert response.status_code == status
    if status == 200:
        assert b"".join(response.streaming_content) == b"%PDF-1.7"
        assert response.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("field", ["issuer", "nothing", "file"])
def test_what_is_no_file_of_the_record_is_missing(client, office, county, field):
    document = factories.policy(county)
    client.force_login(office)

    assert client.get(f"/records/policies/{document.pk}/files/{field}/").status_code == 404
