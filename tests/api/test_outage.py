import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import DataError, InterfaceError, OperationalError, connection
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from portal import urls
from portal.lib.outages import is_outage

PROBLEM = {
    "type": "about:blank",
    "title": "暂时不可用",
    "status": 503,
    "detail": "平台的数据库暂时连接不上，请稍后重试",
}
REFRESH = '<meta http-equiv="refresh" content="10">'


@login_not_required
def lost(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    return HttpResponse("never")


@login_not_required
def slow(request):
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 1")
        cursor.execute("SELECT pg_sleep(60)")
    return HttpResponse("never")


urlpatterns = [path("lost", lost), path("slow", slow), path("api/v1/lost", lost)]
handler500 = urls.handler500


@pytest.fixture
def visitor():
    """A browser with the session of somebody, that sees error pages as people do."""
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "of-somebody"
    return client


@pytest.fixture
def fragile(transactional_db, settings):
    """Pages that break their connection to the database."""
    settings.ROOT_URLCONF = __name__
    yield
    connection.close()


@pytest.mark.usefixtures("no_database")
@pytest.mark.parametrize("address", ["/", "/accounts/sign-in/", "/associations/?q=1", "/no-such-page"])
def test_page_without_the_database_says_so_and_asks_again(visitor, address):
    response = visitor.get(address)

    page = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert (REFRESH in page, "本页每 10 秒自动刷新" in page) == (True, True)
    assert "no-store" in response["Cache-Control"]


@pytest.mark.usefixtures("no_database")
def test_page_without_the_database_tries_once(visitor, monkeypatch):
    tries = []
    connect = connection.get_new_connection
    monkeypatch.setattr(
        connection, "get_new_connection", lambda parameters: tries.append(1) or connect(parameters)
    )

    visitor.get("/associations/")

    # Each may wait for the whole connect_timeout.
    assert len(tries) == 1


@pytest.mark.usefixtures("no_database")
def test_form_without_the_database_is_not_sent_again_by_itself(visitor):
    response = visitor.post("/accounts/sign-in/", {"username": "office", "password": "x"})

    page = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert (REFRESH in page, "刚才提交的内容可能没有保存" in page) == (False, True)


@pytest.mark.usefixtures("no_database")
@pytest.mark.parametrize("method", ["get", "post"])
def test_api_without_the_database_answers_with_a_problem(visitor, method):
    response = getattr(visitor, method)("/api/v1/associations/", headers={"authorization": "Bearer x"})

    assert (response.status_code, response["Retry-After"]) == (503, "10")
    assert (response["Content-Type"], response.json()) == ("application/problem+json", PROBLEM)


@pytest.mark.usefixtures("fragile")
def test_database_that_goes_away_in_the_middle_is_told_likewise(visitor):
    page, program = visitor.get("/lost"), visitor.get("/api/v1/lost")

    assert (page.status_code, REFRESH in page.content.decode()) == (503, True)
    assert (program.status_code, program.json()) == (503, PROBLEM)


@pytest.mark.usefixtures("fragile")
def test_statement_that_takes_too_long_is_a_fault_and_no_outage(visitor):
    response = visitor.get("/slow")

    assert isinstance(response.exc_info[1], OperationalError)
    assert (response.status_code, "Retry-After" in response) == (500, False)


@pytest.mark.parametrize(
    ("error", "is_one"),
    [
        (OperationalError("connection refused"), True),
        (InterfaceError("connection already closed"), True),
        (DataError("integer out of range"), False),
        (ValueError(), False),
        (None, False),
    ],
)
def test_is_outage_only_where_nobody_can_be_asked(error, is_one):
    connection.close()

    assert is_outage(error) is is_one
