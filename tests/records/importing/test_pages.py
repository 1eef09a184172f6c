import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from members.models import Membership, Person
from portal.accounts.roles import FAMILY, OFFICE
from portal.records.importing.models import ImportBatch
from portal.records.importing.sealed_files import opened
from tests import factories

from .steps import checked, file_of, id_number, imported, uploaded, worked

HTMX = {"HTTP_HX_REQUEST": "true"}


def row(number, **values):
    return {
        "协会代码": "360102",
        "姓名": f"会员{number}",
        "身份证号": id_number(number),
        "入会日期": "2021-05-29",
    } | values


ROWS = [row(number) for number in range(20)]
WRONG = [*ROWS[:17], row(17, 身份证号=360102198503070171), row(18, 协会代码="310107"), row(19, 学历="博士")]


@pytest.fixture
def browse(client, office):
    return factories.verified(client, office)


def sent(browse, content, name="会员.xlsx"):
    file = SimpleUploadedFile(name, content)
    return browse.post(reverse("imports:new"), {"type": "memberships", "file": file}, follow=True)


def text(response):
    return response.content.decode()


def test_clerk_corrects_a_file_and_brings_it_in(browse, office, county):
    waiting = sent(browse, file_of("memberships", WRONG))
    wrong = worked(ImportBatch.objects.get())
    told = browse.get(reverse("imports:detail", args=[wrong.pk]))
    book = b"".join(browse.get(reverse("imports:errors", args=[wrong.pk])).streaming_content)
    sent(browse, file_of("memberships", ROWS))
    right = worked(ImportBatch.objects.exclude(pk=wrong.pk).get())
    ready = browse.get(reverse("imports:detail", args=[right.pk]))
    browse.post(reverse("imports:confirm", args=[right.pk]))
    right = worked(right)
    done = browse.get(reverse("imports:detail", args=[right.pk]))

    assert "待检查" in text(waiting)
    assert [wrong.standing, right.standing] == ["有错误", "已完成"]
    for reason in ("这里是数字", "没有这个协会，或不在您的管理范围内", "“博士”"):
        assert reason in text(told)
    assert book.startswith(b"PK")
    assert "确认导入" in text(ready)
    assert "撤销这次导入" in text(done)
    assert reverse("records:memberships_list") in text(done)
    assert Membership.objects.filter(association=county).count() == 20


def test_workbook_of_errors_corrected_in_place_is_taken_as_it_is(office, county):
    batch = checked(office, "memberships", file_of("memberships", WRONG))
    again = checked(office, "memberships", opened(batch.errors_key).getvalue())

    rows = [[fault["row"] for fault in each.faults] for each in (batch, again)]
    assert rows == [[19, 20, 21], [19, 20, 21]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "文件是空的"),
        (b"PK\x03\x04 broken", "工作簿已损坏"),
        (b"\xd0\xcf\x11\xe0 old", "旧式 .xls"),
        ("姓名,性别\r\n张三,男".encode(), "表头缺少“协会代码”列"),
        (file_of("memberships", []), "文件只有表头"),
    ],
)
def test_file_that_is_no_table_is_refused_in_words(browse, office, content, reason):
    page = sent(browse, content)
    for batch in ImportBatch.objects.all():
        worked(batch)
        page = browse.get(reverse("imports:detail", args=[batch.pk]))

    assert reason in text(page)
    assert "确认导入" not in text(page)


def test_progress_of_a_batch_that_has_ended_reloads_the_page(browse, office, county):
    batch = uploaded(office, "memberships", file_of("memberships", ROWS))
    url = reverse("imports:progress", args=[batch.pk])
    before = browse.get(url, **HTMX)
    worked(batch)

    after, plain = browse.get(url, **HTMX), browse.get(url)

    assert "import-progress" in text(before)
    assert (after.headers["HX-Refresh"], plain.status_code) == ("true", 302)


def test_who_cares_for_families_sees_their_progress_and_families_only(client, county):
    carer = factories.user((FAMILY, county), association=county)
    client.force_login(carer)
    content = file_of(
        "families",
        [{"协会代码": "360102", "户主": "某户主", "家庭类型": "失独", "建档日期": "2020-01-10"}],
    )
    batch = uploaded(carer, "families", content)
    url = reverse("imports:detail", args=[batch.pk])

    waiting = client.get(url)
    batch = worked(batch)
    offered = client.get(reverse("imports:new")).context["form"].fields["type"].choices

    assert "待检查" in text(waiting)
    assert (batch.standing, batch.created_count) == ("待确认", 1)
    assert offered == [("", "请选择"), ("families", "帮扶家庭")]


def test_neighbour_and_colleague_see_nothing_of_a_batch(client, office, county, neighbour):
    batch = imported(office, "memberships", file_of("memberships", ROWS))
    colleague = factories.user((OFFICE, county), association=county)
    names = ("detail", "progress", "errors", "undo")
    urls = [reverse(f"imports:{name}", args=[batch.pk]) for name in names]

    statuses = set()
    for user in (neighbour, colleague):
        client.force_login(user)
        statuses |= {client.get(url).status_code for url in urls}
        statuses.add(client.post(reverse("imports:confirm", args=[batch.pk])).status_code)
        assert "会员.xlsx" not in text(client.get(reverse("imports:list")))

    assert statuses == {404}


@pytest.mark.parametrize("count", [1, 3])
def test_list_costs_the_same_for_any_number_of_batches(
    client, office, county, count, django_assert_num_queries
):
    client.force_login(office)
    for _ in range(count):
        uploaded(office, "memberships", b"x")
    client.get(reverse("imports:list"))

    with django_assert_num_queries(10):
        page = client.get(reverse("imports:list"))

    assert len(page.context["page"].rows) == count


def test_undo_asks_says_what_it_does_and_does_it(browse, office, county):
    batch = imported(office, "memberships", file_of("memberships", ROWS))
    url = reverse("imports:undo", args=[batch.pk])

    asked = browse.get(url)
    browse.post(url)
    batch = worked(batch)

    assert "删除这次新增的人员 20 条" in text(asked)
    assert "删除这次新增的会员 20 条" in text(asked)
    assert batch.standing == "已撤销"
    assert (Person.objects.count(), Membership.objects.count()) == (0, 0)


def test_undo_of_rows_that_have_changed_is_refused_with_the_list(browse, office, county):
    batch = imported(office, "memberships", file_of("memberships", ROWS))
    person = Person.objects.get(name="会员3")
    Person.objects.filter(pk=person.pk).update(phone="13812345678", version=2)
    url = reverse("imports:undo", args=[batch.pk])

    asked = browse.get(url)
    browse.post(url)
    batch = worked(batch)
    told = browse.get(reverse("imports:detail", args=[batch.pk]))

    assert "第 5 行：人员在导入之后又被修改过" in text(asked)
    assert "人员在导入之后又被修改过" in text(told)
    assert batch.standing == "已完成"
    assert Membership.objects.count() == 20
