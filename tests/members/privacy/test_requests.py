"""What people ask about their own data: copy, correction, freezing; the list of requests; the catalogue."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from members.models import Family, MemberOrganisation, Membership, Person, PersonalDataRequest
from portal.accounts.models import User
from portal.accounts.roles import ADMINISTRATOR, AUDITOR, FAMILY, OFFICE
from portal.audit.enums import Channel
from portal.audit.models import Look
from portal.lib.dates import today
from portal.records.personal_data import registry
from tests import factories

from .conftest import ASKED, CANARIES, FAMILY_CANARIES, NUMBER


def url(subject, kind=""):
    slug = {Person: "people", Family: "families"}[type(subject)]
    return f"/personal-data/{slug}/{subject.pk}/{kind}/" if kind else f"/personal-data/{slug}/{subject.pk}/"


def text(response):
    return response.content.decode()


def entries(clerk, subject, **changed):
    """What the correction page sends back unchanged, but for `changed`."""
    form = clerk.get(url(subject, "correction")).context["entries"]
    given = {name: form.initial.get(name) or "" for name in form.fields if name != "association"}
    return ASKED | given | {"association": "360102"} | changed


def unpacked(response):
    package = zipfile.ZipFile(io.BytesIO(response.content))
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(package.read("个人信息副本.xlsx")))
    return workbook, json.loads(package.read("个人信息副本.json"))


def test_copy_holds_all_that_is_on_record(clerk, person):
    response = clerk.post(url(person, "copy"), ASKED)

    workbook, copy = unpacked(response)
    parts = {part["类型"]: part["内容"] for part in copy["记录"]}
    (own,) = parts["人员"]
    assert {own[label] for label in ("姓名", "电话", "身份证号", "工作单位", "出生日期")} == {
        CANARIES["name"],
        CANARIES["phone"],
        NUMBER,
        CANARIES["workplace"],
        "1990-03-07",
    }
    about = [entry.label for entry in registry().values() if (entry.subject or "").endswith("person")]
    assert {label: len(parts[label]) for label in about} == {
        "任职": 1,
        "会员": 1,
        "志愿者": 1,
        "志愿服务协议": 1,
        "志愿者培训": 1,
        "志愿服务记录": 1,
        "志愿者评价": 1,
        "转会申请": 0,
        "重新登记核对": 0,
    }
    filled = [label for label, rows in parts.items() if rows and label != "人员"]
    assert workbook.sheet_names == ["说明", "人员", *filled]
    sheet = workbook.get_sheet_by_name("人员").to_python()
    assert dict(zip(*sheet, strict=True)) == own
    assert "no-store" in response.headers["Cache-Control"]


def test_copy_is_on_record_twice(clerk, office, person):
    clerk.post(url(person, "copy"), ASKED)

    look, request = Look.objects.get(), PersonalDataRequest.objects.get()
    assert (look.user, look.channel, look.key, look.purpose) == (
        office,
        Channel.COPY,
        person.pk,
        ASKED["reason"],
    )
    assert (request.kind, request.model, request.key, request.association.code, request.by) == (
        "copy",
        "members.person",
        person.pk,
        "360102",
        office,
    )
    assert (f"{request.received_on}", request.identity_check, request.reason) == (
        "2026-01-10",
        "id-card",
        ASKED["reason"],
    )


def test_copies_count_among_the_looks_of_a_day(clerk, person, settings):
    settings.REVEALS_PER_DAY = 1

    answers = [clerk.post(url(person, "copy"), ASKED) for _ in range(2)]

    assert [answer["Content-Type"].startswith("text/html") for answer in answers] == [False, True]
    assert "今天查看、核对完整信息已达 1 次，请明天再办理" in answers[1].content.decode()
    assert Look.objects.count() == 1


def test_copy_leaves_out_what_lies_beyond_the_reach(clerk, person, other_county):
    Membership.objects.update(association=other_county, group=None)

    _, copy = unpacked(clerk.post(url(person, "copy"), ASKED))

    assert [part["内容"] for part in copy["记录"] if part["类型"] == "会员"] == [[]]


def test_copy_of_a_family_holds_its_members(carer, family):
    _, copy = unpacked(carer.post(url(family, "copy"), ASKED))

    whole = json.dumps(copy, ensure_ascii=False)
    assert all(canary in whole for canary in FAMILY_CANARIES.values())


def test_correction_is_saved_with_its_reason(clerk, person):
    response = clerk.post(
        url(person, "correction"), entries(clerk, person, workplace="新单位", reason="单位名称登记有误")
    )

    person.refresh_from_db()
    assert (response.status_code, person.workplace, person.phone, person.version) == (
        302,
        "新单位",
        CANARIES["phone"],
        2,
    )
    history = clerk.get(f"/records/people/{person.pk}/history/")
    assert history.context["changes"][0][0].purpose == "应请求更正：单位名称登记有误"
    assert PersonalDataRequest.objects.get().kind == "correction"


@pytest.mark.parametrize("name", [CANARIES["name"], "某新名"])
def test_correction_may_not_spell_a_name_in_its_reason(clerk, person, name):
    sent = entries(clerk, person, name="某新名", reason=f"户口簿上是{name}两字")

    response = clerk.post(url(person, "correction"), sent)

    person.refresh_from_db()
    assert list(response.context["form"].errors) == ["reason"]
    assert (person.name, PersonalDataRequest.objects.count()) == (CANARIES["name"], 0)


@pytest.mark.parametrize("kind", ["copy", "restriction", "erasure"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("reason", "四个字符"),
        ("reason", f"{CANARIES['name']}本人提出"),
        ("reason", "电话13900001111来电"),
        ("identity_check", ""),
        ("received_on", ""),
        ("received_on", f"{today() + timedelta(days=1)}"),
        ("seen", "2"),
        ("seen", ""),
    ],
)
def test_request_that_is_not_whole_is_refused(clerk, person, kind, field, value):
    response = clerk.post(url(person, kind), ASKED | {field: value})

    assert response.context["form"].errors
    assert (Person.objects.get(pk=person.pk).version, PersonalDataRequest.objects.count()) == (1, 0)


@pytest.mark.parametrize("kind", ["copy", "correction", "restriction", "release", "erasure"])
def test_request_needs_a_second_factor(client, office, person, kind):
    client.force_login(office)

    response = client.post(url(person, kind), ASKED)

    assert (response.status_code, PersonalDataRequest.objects.count()) == (302, 0)
    assert response.url.startswith("/accounts/")


@pytest.mark.parametrize("who", ["neighbour", "leader", "outsider"])
@pytest.mark.parametrize("kind", ["copy", "correction", "restriction", "release", "erasure"])
def test_request_at_another_office_is_missing(request, person, kind, who):
    stranger = factories.verified(Client(), request.getfixturevalue(who))

    response = stranger.post(url(person, kind), ASKED)

    assert (response.status_code, PersonalDataRequest.objects.count()) == (404, 0)


@pytest.fixture
def frozen(clerk, person):
    clerk.post(url(person, "restriction"), ASKED)
    person.refresh_from_db()
    return person


def test_frozen_person_is_shown_by_name_alone(clerk, frozen):
    assert frozen.frozen_on == today()
    shown = CANARIES["name"]
    pages = [
        clerk.get(path)
        for path in (
            f"/records/people/{frozen.pk}/",
            f"/records/people/{frozen.pk}/history/",
            "/records/people/?column=name&column=workplace&column=phone&column=title",
            "/records/memberships/",
            "/records/services/",
            url(frozen),
        )
    ]

    texts = "".join(text(page) for page in pages)
    assert [(fact.label, fact.value) for fact in pages[0].context["facts"]] == [
        ("人员", shown),
        ("个人信息", "已冻结"),
    ]
    hidden = set(CANARIES.values()) - {shown} | {NUMBER, "1990", "2021-01-10"}
    assert {canary for canary in hidden if canary in texts} == set()


@pytest.mark.parametrize("slug", ["people", "memberships", "volunteers", "services", "ratings"])
def test_frozen_person_is_in_no_export(clerk, frozen, county, slug):
    factories.person(county, name="另一人")

    export = b"".join(clerk.get(f"/records/{slug}/export.csv").streaming_content).decode()

    assert CANARIES["name"] not in export
    assert (slug == "people") == ("另一人" in export)


def test_memberships_of_organisations_are_exported_all_the_same(clerk, frozen, county):
    factories.membership(
        county, organisation=MemberOrganisation.objects.create(association=county, name="某厂")
    )

    assert "某厂" in b"".join(clerk.get("/records/memberships/export.csv").streaming_content).decode()


@pytest.mark.parametrize(
    "path", ["people/{0}/edit/", "people/{0}/reveal/", "memberships/{1}/edit/", "volunteers/{2}/end/"]
)
def test_frozen_person_is_edited_by_nobody(clerk, frozen, path):
    keys = (frozen.pk, frozen.memberships.get().pk, frozen.volunteering.get().pk)

    answers = [clerk.get(f"/records/{path.format(*keys)}"), clerk.post(f"/records/{path.format(*keys)}")]

    assert [answer.status_code for answer in answers] == [403, 403]


def test_frozen_person_is_changed_by_no_bulk(clerk, frozen, county):
    other = factories.person(county)

    clerk.post(
        "/records/people/bulk/",
        {
            "pk": [frozen.pk, other.pk],
            "changed": "workplace",
            "workplace": "新单位",
            "go": "write",
            "expected": "2",
        },
    )

    assert set(Person.objects.filter(pk__in=[frozen.pk, other.pk]).values_list("workplace", flat=True)) == {
        CANARIES["workplace"],
        "",
    }


def test_frozen_person_is_a_name_in_the_api(clerk, frozen):
    listed = clerk.get("/api/v1/people/").json()["results"]
    row = clerk.get(f"/api/v1/people/{frozen.pk}/").json()

    assert [each for each in listed if each["id"] == frozen.pk] == [row]
    assert {name: value for name, value in row.items() if value is not None} == {
        "id": frozen.pk,
        "version": 2,
        "association_code": "360102",
        "label": CANARIES["name"],
    }


def test_api_changes_one_field_and_keeps_what_is_masked(clerk, person):
    answer = clerk.patch(
        f"/api/v1/people/{person.pk}/",
        {"workplace": "新单位"},
        content_type="application/json",
        headers={"If-Match": '"1"'},
    )

    person.refresh_from_db()
    assert (answer.status_code, answer.json()["phone"]) == (200, "139****4321")
    assert (person.workplace, person.phone) == ("新单位", CANARIES["phone"])


def test_frozen_person_still_counts(frozen, county):
    assert Membership.objects.on_roll(on=frozen.memberships.get().joined_on).count() == 1


def test_release_shows_and_exports_again(clerk, frozen):
    response = clerk.post(url(frozen, "release"), ASKED | {"seen": "2"})

    frozen.refresh_from_db()
    assert (response.status_code, frozen.frozen_on) == (302, None)
    assert CANARIES["workplace"] in text(clerk.get(f"/records/people/{frozen.pk}/"))
    assert list(PersonalDataRequest.objects.values_list("kind", flat=True).order_by("pk")) == [
        "restriction",
        "release",
    ]


def test_office_above_may_release(frozen, verifier):
    above = factories.verified(Client(), verifier)

    above.post(url(frozen, "release"), ASKED | {"seen": "2"})

    assert Person.objects.get(pk=frozen.pk).frozen_on is None


def test_frozen_is_not_frozen_again_and_free_not_released(clerk, person):
    first = clerk.post(url(person, "release"), ASKED)
    clerk.post(url(person, "restriction"), ASKED)
    again = clerk.post(url(person, "restriction"), ASKED | {"seen": "2"})

    assert [each.context["form"].non_field_errors() for each in (first, again)] == [
        ["该记录的个人信息没有冻结"],
        ["该记录的个人信息已冻结"],
    ]


def test_frozen_family_is_closed(carer, family):
    carer.post(url(family, "restriction"), ASKED | {"seen": f"{family.version}"})

    page = text(carer.get(f"/records/families/{family.pk}/"))
    below = text(carer.get("/records/family-members/"))
    export = b"".join(carer.get("/records/family-members/export.csv").streaming_content).decode()
    assert FAMILY_CANARIES["householder"] in page
    for shown in (page, below, export):
        assert FAMILY_CANARIES["note"] not in shown
        assert FAMILY_CANARIES["needs"] not in shown
    assert FAMILY_CANARIES["member"] not in page + export


def test_requests_are_listed_for_those_who_see_the_records(clerk, carer, person, family, county, request):
    clerk.post(url(person, "copy"), ASKED)
    carer.post(url(family, "copy"), ASKED)
    users = {
        "office": request.getfixturevalue("office"),
        "neighbour": request.getfixturevalue("neighbour"),
        "family": factories.user((FAMILY, county), username="second"),
        "auditor": factories.user((AUDITOR, county), username="auditor"),
    }

    seen = {}
    for name, user in users.items():
        client = Client()
        client.force_login(user)
        rows = client.get("/personal-data/requests/").context["requests"]
        seen[name] = [each.model for each in rows]

    assert seen == {
        "office": ["members.person"],
        "neighbour": [],
        "family": ["members.family"],
        "auditor": ["members.family", "members.person"],
    }


@pytest.mark.parametrize("count", [1, 3])
def test_requests_take_the_same_queries_for_any_number(clerk, person, count, django_assert_num_queries):
    for _ in range(count):
        clerk.post(url(person, "copy"), ASKED)

    with django_assert_num_queries(11):
        rows = clerk.get("/personal-data/requests/").context["requests"]

    assert len(rows) == count


def test_requests_page_by_key(clerk, person):
    rows = [
        PersonalDataRequest(
            association=person.association,
            kind="copy",
            model="members.person",
            key=number,
            received_on=today(),
            identity_check="id-card",
            reason="本人提出",
            by=User.objects.get(username="office"),
        )
        for number in range(60)
    ]
    PersonalDataRequest.objects.bulk_create(rows)

    first = clerk.get("/personal-data/requests/")
    second = clerk.get(f"/personal-data/requests/{first.context['next_url']}")

    keys = [each.key for page in (first, second) for each in page.context["requests"]]
    assert (len(first.context["requests"]), sorted(keys)) == (50, list(range(60)))


def test_catalogue_shows_the_registry(county):
    readers = [factories.user((role, county)) for role in (ADMINISTRATOR, AUDITOR)]
    others = [factories.user((role, county)) for role in (OFFICE, FAMILY)]

    for user in readers:
        client = Client()
        client.force_login(user)
        page = text(client.get("/personal-data/catalogue/"))
        assert all(entry.purpose in page for entry in registry().values())
        assert "仅首位" in page
    for user in others:
        client = Client()
        client.force_login(user)
        assert client.get("/personal-data/catalogue/").status_code == 404
