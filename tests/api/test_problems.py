import pytest
from django.test import Client, RequestFactory

from portal.api.errors import server_error
from portal.api.problems import problem_response
from portal.lib.env import read_rate
from portal.lib.findings import Finding, RuleViolation, Severity
from tests import factories

INVALID = {
    "type": "about:blank",
    "title": "请求有误",
    "status": 400,
    "detail": "请求参数未通过校验，见各字段的说明",
}
WHAT_IF = "/api/v1/associations/360102/quotas/what-if/"


@pytest.mark.parametrize(
    ("query", "errors"),
    [
        ("foo=1", {"foo": ["没有这个参数"]}),
        ("format=xml", {"format": ["没有这个参数"]}),
        ("level=1&level=2", {"level": ["该参数只能出现一次"]}),
        ("level=9", {"level": ["“9” 不是合法选项。"]}),
        ("on=2021-02-30", {"on": ["日历上没有“2021-02-30”这一天，请检查月份和日期。"]}),
        ("on=0001-01-01", {"on": ["“0001-01-01”超出范围，请填写1949年10月至2099年的日期。"]}),
        ("page_size=0", {"page_size": ["须为1至200的整数"]}),
        ("page_size=201", {"page_size": ["须为1至200的整数"]}),
        ("page_size=-5", {"page_size": ["须为1至200的整数"]}),
        ("cursor=garbage", {"cursor": ["不是本接口给出的翻页标记"]}),
        ("cursor=cD1hYmM%3D", {"cursor": ["不是本接口给出的翻页标记"]}),
        ("under=36%25", {"under": ["输入值不匹配要求的模式。"]}),
        ("established=perhaps", {"established": ["必须是有效的布尔值。"]}),
    ],
)
def test_senseless_parameter_is_named(clerk, query, errors):
    response = clerk.get(f"/api/v1/associations/?{query}")

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {**INVALID, "errors": errors}


@pytest.mark.parametrize(
    "path", ["terms/?cursor=cD05OTk5OTk5OTk5OTk5OTk5OTk5", "jobs/x/", "associations/%00/"]
)
def test_silly_address_is_never_a_server_error(clerk, path):
    response = clerk.get(f"/api/v1/{path}")

    assert response.status_code in (400, 404)
    assert response["Content-Type"] == "application/problem+json"


def test_missing_and_forbidden_have_the_same_body(clerk, other_county):
    forbidden = clerk.get("/api/v1/associations/360103/quotas/")
    missing = clerk.get("/api/v1/associations/360199/quotas/")

    assert (forbidden.status_code, forbidden.json()) == (missing.status_code, missing.json())
    assert missing.json() == {
        "type": "about:blank",
        "title": "没有找到",
        "status": 404,
        "detail": "没有这个协会，或您无权查看",
    }


def test_unknown_address_is_a_problem_too(clerk):
    response = clerk.get("/api/v1/nothing/")

    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["detail"] == "没有这项内容，或您无权查看"


@pytest.mark.parametrize(
    "body",
    ["[" * 100_000, "{", '{"leave": [' + "9" * 5000 + "]}", b"\xff", "[]", '"x"', '{"leave": {"a": 1}}'],
    ids=["deep", "cut", "long number", "no utf-8", "list", "text", "object for list"],
)
def test_unreadable_body_is_refused(clerk, body):
    response = clerk.post(WHAT_IF, body, content_type="application/json")

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"leave": [10**30]}, "leave"),
        ({"leave": ["x"]}, "leave"),
        ({"enter": [{"post": "king", "constituency": "served"}]}, "enter"),
        ({"on": 20210630}, "on"),
        ({"on": "2021-06-31"}, "on"),
    ],
)
def test_field_without_sense_is_named(clerk, change, field):
    response = clerk.post(WHAT_IF, change, content_type="application/json")

    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]


def test_appointment_of_another_county_looks_like_a_missing_one(clerk, other_county):
    foreign = factories.seat(factories.term(other_county))

    response = clerk.post(WHAT_IF, {"leave": [foreign.pk, 10**9]}, content_type="application/json")

    assert response.json()["errors"] == {
        "leave": [f"该日没有这项任职：{foreign.pk}", "该日没有这项任职：1000000000"]
    }


def test_broken_rule_is_a_conflict_with_its_findings():
    finding = Finding(code="taken", severity=Severity.ERROR, message="已经登记", source="number")

    response = problem_response(RuleViolation([finding]), {})

    assert response.status_code == 409
    assert response.data["findings"] == [
        {
            "code": "taken",
            "severity": "error",
            "message": "已经登记",
            "measured": None,
            "required": None,
            "source": "number",
        }
    ]


def test_wrong_method_format_and_media_type_are_problems(clerk):
    answers = [
        clerk.delete("/api/v1/terms/"),
        clerk.get("/api/v1/terms/", headers={"accept": "text/csv"}),
        clerk.post(WHAT_IF, "a=1", content_type="application/x-www-form-urlencoded"),
    ]

    assert [(answer.status_code, answer.json()["title"]) for answer in answers] == [
        (405, "不支持的请求方法"),
        (406, "不支持的返回格式"),
        (415, "不支持的内容格式"),
    ]


def test_too_many_requests_say_when_to_come_back(clerk, settings):
    settings.API_RATE = read_rate("API_RATE", "2/min")

    answers = [clerk.get("/api/v1/terms/") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 60
    assert answers[2]["Content-Type"] == "application/problem+json"


def test_failure_of_the_server_is_json_for_programs_and_a_page_for_people():
    program = server_error(RequestFactory().get("/api/v1/terms/"))
    person = server_error(RequestFactory().get("/associations/"))

    assert (program.status_code, program["Content-Type"]) == (500, "application/problem+json")
    assert (person.status_code, person["Content-Type"]) == (500, "text/html; charset=utf-8")


def test_session_without_a_csrf_token_is_refused(office, county):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(office)

    response = strict.post(WHAT_IF, {}, content_type="application/json")

    assert (response.status_code, response["Content-Type"]) == (403, "application/problem+json")


@pytest.mark.parametrize(
    "body",
    [r'{"kind": "quota", "association": "\ud800"}', r'{"\udfff": 1}', r'{"formats": [["\ud83d"]]}'],
    ids=["value", "name", "deep"],
)
@pytest.mark.parametrize("path", [WHAT_IF, "/api/v1/reports/"])
def test_half_a_character_is_refused(clerk, path, body):
    response = clerk.post(path, body, content_type="application/json")

    assert (response.status_code, response.json()["detail"]) == (400, "JSON 中有不成字符的编码")
