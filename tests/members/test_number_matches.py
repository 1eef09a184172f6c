"""Whoever asks whether a number is on record gives a code, is counted, and is on record before the answer."""

import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from members.models import Person
from members.person_actions import SAME_NUMBER
from portal.accounts import actions
from portal.audit.enums import Channel
from portal.audit.models import Look
from portal.records.importing import actions as importing
from portal.records.importing.models import ImportBatch
from portal.records.matching import NO_CODE
from tests import factories
from tests.records.importing.steps import checked, file_of, imported, told, worked

from .test_identity import BORN, number, numbered

HIT, MISS, OUTSIDE = number("123"), number("125"), number("127")
NUMBERS = {"hit": HIT, "miss": MISS, "outside": OUTSIDE}
ENTRIES = {"association": "360102", "name": "新人", "ethnicity": "汉族", "political_status": "none"}
BODY = {"association_code": "360102", "name": "新人", "ethnicity": "汉族", "political_status": "none"}
FULL = "今天查看、核对完整信息已达 0 次，请明天再办理"
pytestmark = pytest.mark.usefixtures("no_broker")


@pytest.fixture
def township(county):
    return factories.association("360102001")


@pytest.fixture(autouse=True)
def people(township, other_county):
    """One with the number that is looked for, one beyond the reach of the county's clerk."""
    return numbered(township, HIT, name="登记者"), numbered(other_county, OUTSIDE, name="邻县人")


@pytest.fixture
def plain(county):
    """Somebody without a number, who is given one."""
    return factories.person(county, name="无号者", born_on=BORN)


@pytest.fixture
def verified(office):
    return factories.verified(Client(), office)


def by_search(client, text, plain):
    page = client.post("/members/find/", {"text": text})
    return [choice.name for choice, _ in page.context["lines"]], page.context["refusal"]


def by_field(client, text, plain):
    page = client.post("/members/found/", {"field": "leader", "leader_q": text, "leader": ""})
    return re.findall(r"登记者|邻县人|没有找到此人|须先验证|请明天再办理", page.content.decode())


def by_form(client, text, plain):
    return said(client.post("/records/people/new/", ENTRIES | {"id_number": text}))


def by_edit(client, text, plain):
    entries = ENTRIES | {"id_number": text, "sex": "male", "born_on": BORN, "seen": plain.version}
    return said(client.post(f"/records/people/{plain.pk}/edit/", entries))


def by_rest(client, text, plain):
    answer = client.post("/api/v1/people/", BODY | {"id_number": text}, content_type="application/json")
    return answer.status_code, errors_in(answer)


def by_keyed_rest(client, text, plain):
    body = BODY | {"id_number": text}
    key = {"idempotency-key": text[-4:]}
    answer = client.post("/api/v1/people/", body, content_type="application/json", headers=key)
    return answer.status_code, errors_in(answer)


def by_patch(client, text, plain):
    body = {"id_number": text, "sex": "male"}
    answer = client.patch(
        f"/api/v1/people/{plain.pk}/", body, content_type="application/json", headers={"if-match": '"1"'}
    )
    return answer.status_code, errors_in(answer)


def said(response):
    return response.status_code, dict(response.context["form"].errors) if response.context else {}


def errors_in(answer):
    errors = answer.json().get("errors", {})
    return {name: [each["message"] for each in found] for name, found in errors.items()}


REFUSED = {
    by_search: lambda why: ([], why),
    by_field: lambda why: [next(part for part in ("须先验证", "请明天再办理") if part in why)],
    by_form: lambda why: (200, {"id_number": [why]}),
    by_edit: lambda why: (200, {"id_number": [why]}),
    by_rest: lambda why: (400, {"id_number": [why]}),
    by_keyed_rest: lambda why: (400, {"id_number": [why]}),
    by_patch: lambda why: (400, {"id_number": [why]}),
}
ANSWERS = {
    by_search: ((["登记者"], ""), ([], ""), "查找人员"),
    by_field: (["登记者"], ["没有找到此人"], "查找人员"),
    by_form: ((200, {"id_number": [SAME_NUMBER]}), (302, {}), "登记人员"),
    by_edit: ((200, {"id_number": [SAME_NUMBER]}), (302, {}), "修改人员"),
    by_rest: ((400, {"id_number": [SAME_NUMBER]}), (201, {}), "登记人员"),
    by_keyed_rest: ((400, {"id_number": [SAME_NUMBER]}), (201, {}), "登记人员"),
    by_patch: ((400, {"id_number": [SAME_NUMBER]}), (200, {}), "修改人员"),
}
PATHS = list(ANSWERS)


def looks():
    columns = ("user__username", "channel", "model", "key", "association_code", "purpose")
    return list(Look.objects.order_by("pk").values_list(*columns))


@pytest.mark.parametrize("ask", PATHS)
@pytest.mark.parametrize("asked", NUMBERS)
def test_answer_is_right_inside_the_reach_and_on_record_once(verified, people, plain, ask, asked):
    hit, miss, cause = ANSWERS[ask]

    answer = ask(verified, NUMBERS[asked], plain)

    found = (people[0].pk, "360102001", f"身份证号：{cause}，已登记")
    nobody = (0, "360102", f"身份证号：{cause}，未找到")
    key, code, purpose = found if asked == "hit" else nobody
    assert answer == (hit if asked == "hit" else miss)
    assert looks() == [("office", Channel.MATCH, "members.person", key, code, purpose)]


@pytest.mark.parametrize("ask", PATHS)
@pytest.mark.parametrize("asked", NUMBERS)
def test_nothing_is_told_once_the_day_is_used_up(verified, plain, settings, ask, asked):
    settings.REVEALS_PER_DAY = 0

    answer = ask(verified, NUMBERS[asked], plain)

    assert (answer, looks(), Person.objects.count()) == (REFUSED[ask](FULL), [], 3)


@pytest.mark.parametrize("ask", PATHS)
@pytest.mark.parametrize("asked", NUMBERS)
def test_nothing_is_told_without_a_code(client, office, plain, ask, asked):
    client.force_login(office)

    answer = ask(client, NUMBERS[asked], plain)

    assert (answer, looks(), Person.objects.count()) == (REFUSED[ask](NO_CODE), [], 3)


def test_matches_and_whole_values_share_one_allowance(verified, people, plain, settings):
    settings.REVEALS_PER_DAY = 2
    asked = {"names": ["id_number_sealed"], "cause": "核对本人身份", "detail": "来人办理入会手续"}

    verified.post(f"/records/people/{people[0].pk}/reveal/", asked)
    found = by_search(verified, HIT, plain)
    refused = [by_search(verified, HIT, plain), by_form(verified, MISS, plain)[0]]

    assert (found[0], refused[0][0], refused[1]) == (["登记者"], [], 200)
    assert [look[1] for look in looks()] == [Channel.REVEAL, Channel.MATCH]


def test_number_itself_is_not_in_the_access_log(verified, people, plain):
    by_search(verified, HIT, plain)

    row = str(Look.objects.values().get())

    assert [text in row for text in (HIT, people[0].id_number_hash)] == [False, False]


def test_names_are_looked_for_without_a_code_and_without_a_record(client, office, plain):
    client.force_login(office)

    assert by_search(client, "无号", plain) == (["无号者"], "")
    assert looks() == []


def test_form_with_another_fault_answers_nothing_about_the_number(verified, plain):
    answer = said(verified.post("/records/people/new/", ENTRIES | {"id_number": HIT, "name": ""}))

    assert (list(answer[1]), looks()) == (["name"], [])


def test_token_stands_for_the_code_that_was_given_for_it(county, office, plain):
    permissions = ["view-people", "edit-records", "view-register"]
    token = actions.make_token(
        user=office, association=county, days=1, name="业务系统", permissions=permissions
    )
    client = Client(headers={"authorization": f"Bearer {token.secret}"})

    assert by_rest(client, HIT, plain) == (400, {"id_number": [SAME_NUMBER]})
    assert len(looks()) == 1


def test_search_for_a_merge_takes_no_number(verified, people, plain):
    page = verified.get(f"/members/people/{plain.pk}/lookalikes/", {"q": HIT})

    assert (page.status_code, page.context["found"], looks()) == (200, [], [])


def line(text, **values):
    return {"协会代码": "360102", "姓名": "新人", "身份证号": text} | values


@pytest.mark.parametrize(
    ("asked", "counts", "faults"),
    [
        ("hit", "新增0行、修改0行、不变0行、错误1行", [(2, "姓名", "与登记不一致，请在人员页核对")]),
        ("miss", "新增1行、修改0行、不变0行、错误0行", []),
        ("outside", "新增1行、修改0行、不变0行、错误0行", []),
    ],
)
def test_import_is_on_record_once_and_names_nobody(office, asked, counts, faults):
    batch = imported_or_checked(office, line(NUMBERS[asked], 协会代码="360102001"))

    said_at_last = f"导入人员（{batch.pk}）：核对1行，{counts}"
    assert told(batch) == faults
    assert "登记者" not in json.dumps(batch.faults, ensure_ascii=False)
    assert looks() == [("office", Channel.MATCH, "members.person", 0, "360102", said_at_last)]


def imported_or_checked(office, *lines):
    """Bring a file in as far as it goes: checked, confirmed where it may be, checked again where not."""
    batch = checked(office, "people", file_of("people", lines))
    if batch.state == "ready":
        return imported_batch(batch, office)
    from_start = importing.check_again(batch=batch, by=office)
    return worked(from_start)


def imported_batch(batch, office):
    importing.confirm(batch=batch, by=office)
    return worked(batch)


def test_import_without_masked_values_is_not_counted(office, settings):
    settings.REVEALS_PER_DAY = 0

    batch = checked(office, "people", file_of("people", [line(None, 性别="男", 出生日期="1985-03-07")]))

    assert (batch.standing, looks()) == ("待确认", [])


@pytest.mark.parametrize("asked", NUMBERS)
@pytest.mark.parametrize(("allowance", "rows"), [(0, 100), (50, 1)])
def test_import_past_the_allowance_is_told_nothing(office, settings, asked, allowance, rows):
    settings.REVEALS_PER_DAY, settings.IMPORT_MATCHES_PER_DAY = allowance, rows
    content = file_of("people", [line(NUMBERS[asked]), line(number("129"), 姓名="另一新人")])

    batch = checked(office, "people", content)

    counts = (batch.created_count, batch.changed_count, batch.same_count, batch.wrong_count)
    (fault,) = batch.faults
    why = FULL if allowance == 0 else "今天已核对 0 行，这个文件有 2 行，请分开导入或明天再检查"
    assert (batch.state, counts, fault["row"], batch.errors_key) == ("invalid", (0, 0, 0, 0), 0, "")
    assert (why in fault["message"], looks()) == (True, [])


def test_rows_of_a_day_are_added_up(office, settings):
    settings.IMPORT_MATCHES_PER_DAY = 3
    files = [
        [line(number("201")), line(number("203"), 姓名="甲")],
        [line(number("205")), line(number("207"), 姓名="乙")],
    ]

    batches = [checked(office, "people", file_of("people", rows)) for rows in files]

    assert [batch.standing for batch in batches] == ["待确认", "有错误"]
    assert "今天已核对 2 行，这个文件有 2 行" in batches[1].faults[0]["message"]


@pytest.mark.parametrize(("slug", "is_taken"), [("people", False), ("groups", True)])
def test_file_with_masked_columns_is_taken_after_a_code(client, office, slug, is_taken):
    client.force_login(office)
    content = file_of(slug, [line(HIT)] if slug == "people" else [])

    pages = [
        client.post("/imports/new/", {"type": slug, "file": SimpleUploadedFile("名册.xlsx", content)}),
        client.post("/api/v1/imports/", {"type": slug, "file": SimpleUploadedFile("名册.xlsx", content)}),
    ]

    assert [page.status_code for page in pages] == ([302, 202] if is_taken else [200, 400])
    assert ImportBatch.objects.count() == (2 if is_taken else 0)
    assert is_taken or NO_CODE in pages[0].content.decode()


def test_neighbours_number_does_not_change_what_an_import_makes(office, county):
    batch = imported(office, "people", file_of("people", [line(OUTSIDE)]))

    made = Person.objects.get(association=county)
    assert (batch.standing, made.name) == ("已完成", "新人")
