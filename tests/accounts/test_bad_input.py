import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from portal.accounts.middleware import BadInputMiddleware
from portal.lib.asof import day_of


@pytest.mark.parametrize("path", ["/accounts/password/?next=%00", "/accounts/password%00/"])
def test_nul_in_an_address_is_a_bad_request(client, office, path):
    client.force_login(office)

    page = client.get(path)

    assert page.status_code == 400
    assert "请求无法识别" in page.content.decode()


@pytest.mark.parametrize("day", ["2021-02-30", "yesterday", "1949-09-30", "2100-01-01"])
def test_day_that_is_none_is_told(office, day):
    request = RequestFactory().get("/page/", {"on": day})
    request.user = office
    middleware = BadInputMiddleware(lambda request: HttpResponse())

    try:
        day_of(request)
    except ValueError as error:
        page = middleware.process_exception(request, error)

    assert page.status_code == 400
    assert day in page.content.decode()


def test_wrong_method_is_told_on_a_page(client, office):
    client.force_login(office)

    page = client.get("/accounts/sign-out/")

    assert (page.status_code, page["Allow"]) == (405, "POST, OPTIONS")
    assert "这个地址不能直接打开" in page.content.decode()


def test_other_failures_are_not_taken_for_bad_input():
    middleware = BadInputMiddleware(lambda request: HttpResponse())

    assert middleware.process_exception(RequestFactory().get("/"), ValueError()) is None
