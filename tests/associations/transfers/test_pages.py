from datetime import date

import pytest

from associations.models import FunctionTransfer
from tests import factories
from tests.records.conftest import TYPES

TRANSFERS = TYPES["function-transfers"]


def entry(**values):
    return {
        "association": "360102",
        "function": "婴幼儿照护服务社会监督",
        "department": "区卫生健康委",
        "mode": "purchase",
        "extent": "part",
        "document_number": "东府办〔2021〕3号",
        "dated_on": "2021-03-01",
        "staff_moved": "0",
        "money_moved_fen": "150000.50",
        "starts_on": "2021-04-01",
    } | values


def words(response):
    return [cell.text for cell in response.context["rows"][0].cells]


def test_transfer_is_registered_and_says_what_did_not_follow(client, office, county):
    client.force_login(office)

    made = client.post(TRANSFERS.url("create"), entry())

    transfer = FunctionTransfer.objects.get()
    assert made.url == f"/records/function-transfers/{transfer.pk}/?saved=function-transfers-new"
    assert (transfer.association, transfer.money_moved_fen, transfer.dated_on) == (
        county,
        15_000_050,
        date(2021, 3, 1),
    )
    assert words(client.get(TRANSFERS.url("list"))) == [
        "婴幼儿照护服务社会监督",
        "区卫生健康委",
        "购买服务",
        "部分",
        "未落实人随事走",
        "0",
        "150000.50",
        "东府办〔2021〕3号",
        "2021-04-01",
        "东湖区计划生育协会",
        "360102",
    ]


def test_empty_figures_are_unknown_and_not_nothing(client, office, county):
    client.force_login(office)

    client.post(TRANSFERS.url("create"), entry(staff_moved="", money_moved_fen=""))

    transfer = FunctionTransfer.objects.get()
    assert (transfer.staff_moved, transfer.money_moved_fen) == (None, None)
    assert words(client.get(TRANSFERS.url("list")))[4:7] == ["人员划转未填报、经费划转未填报", "", ""]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"association": "360103"}, "association"),
        ({"staff_moved": "-1"}, "staff_moved"),
        ({"money_moved_fen": "1.005"}, "money_moved_fen"),
        ({"mode": "gift"}, "mode"),
        ({"starts_on": "2021-02-30"}, "starts_on"),
    ],
)
def test_wrong_entry_is_refused_beside_its_field(client, office, county, other_county, wrong, field):
    client.force_login(office)

    response = client.post(TRANSFERS.url("create"), entry(**wrong))

    assert list(response.context["form"].errors) == [field]
    assert FunctionTransfer.objects.count() == 0


def test_same_function_twice_is_refused_until_the_first_ends(client, office, county):
    client.force_login(office)
    client.post(TRANSFERS.url("create"), entry())
    first = FunctionTransfer.objects.get()

    twice = client.post(TRANSFERS.url("create"), entry())
    early = client.post(TRANSFERS.url("end", first.pk), {"ends_on": "2021-03-31", "seen": 1})
    client.post(TRANSFERS.url("end", first.pk), {"ends_on": "2021-12-31", "seen": 1})
    client.post(TRANSFERS.url("create"), entry(starts_on="2022-01-01"))

    assert "该部门的这项职能已登记，且仍在承接" in twice.content.decode()
    assert "终止日期不能早于承接日期" in early.content.decode()
    assert list(FunctionTransfer.objects.order_by("pk").values_list("ends_on", flat=True)) == [
        date(2021, 12, 31),
        None,
    ]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"lack": "staff"}, 1),
        ({"lack": "money"}, 0),
        ({"lack": "money-unknown"}, 1),
        ({"mode": "direct"}, 1),
        ({"mode": "project"}, 0),
        ({"department": "卫生"}, 1),
        ({"on": "2020-01-09"}, 0),
        ({"on": "2020-01-10"}, 1),
        ({"q": "帮扶"}, 1),
        ({"q": "监督"}, 0),
        ({"lack": "x"}, 0),
    ],
)
def test_list_keeps_what_the_filters_ask_for(client, office, county, query, count):
    factories.function_transfer(county, function="家庭帮扶", staff_moved=0)
    client.force_login(office)

    assert len(client.get(TRANSFERS.url("list"), query).context["rows"]) == count


def test_history_takes_a_transfer_back(client, office, county):
    client.force_login(office)
    client.post(TRANSFERS.url("create"), entry())
    transfer = FunctionTransfer.objects.get()
    client.post(TRANSFERS.url("edit", transfer.pk), entry(staff_moved="2", seen="1"))
    oldest = transfer.events.earliest("pgh_id")

    client.post(TRANSFERS.url("restore", transfer.pk, oldest.pk), {"seen": "2"})

    transfer.refresh_from_db()
    assert (transfer.staff_moved, transfer.version) == (0, 3)


def test_document_number_of_many_is_written_at_once(client, office, county):
    made = [factories.function_transfer(county) for _ in range(3)]
    client.force_login(office)
    url = TRANSFERS.url("bulk")
    chosen = {"pk": [each.pk for each in made[:2]], "changed": ["document_number"]}

    client.post(url, chosen | {"document_number": "东府办〔2021〕3号", "go": "write", "expected": "2"})

    numbers = FunctionTransfer.objects.order_by("pk").values_list("document_number", flat=True)
    assert list(numbers) == ["东府办〔2021〕3号", "东府办〔2021〕3号", ""]
