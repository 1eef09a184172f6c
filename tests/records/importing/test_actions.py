import multiprocessing
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pghistory
import pytest
from django.db import connection

from members.models import ContactHousehold, Membership, Person
from portal.accounts.models import Grant, User
from portal.jobs import worker
from portal.jobs.models import Job, JobState
from portal.lib.findings import RuleViolation
from portal.records.importing import actions
from portal.records.importing.models import ImportBatch, ImportedRow
from tests import factories
from tests.jobs.conftest import expire
from tests.patience import wait_until

from .steps import checked, counts, file_of, id_number, imported, uploaded, worked

THREADS = 40


def row(number, **values):
    return {
        "协会代码": "360102",
        "姓名": f"会员{number}",
        "身份证号": id_number(number),
        "入会日期": "2021-05-29",
    } | values


CONTENT = file_of("memberships", [row(number) for number in range(20)])


def totals():
    return Person.objects.count(), Membership.objects.count(), ImportedRow.objects.count()


@pytest.mark.django_db(transaction=True)
def test_forty_confirms_and_forty_workers_write_once(office, county):
    batch = checked(office, "memberships", CONTENT)

    def attempt(_):
        try:
            confirmed = actions.confirm(batch=batch, by=User.objects.get(pk=office.pk))
            worker.work(confirmed.job_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(attempt, range(THREADS)))

    assert ImportBatch.objects.get().standing == "已完成"
    assert Job.objects.filter(kind="import-write").count() == 1
    assert totals() == (20, 20, 40)


@pytest.mark.django_db(transaction=True)
def test_two_copies_of_a_file_written_at_once_make_every_person_once(office, county):
    rows = [row(number, 身份证号=None, 性别="女", 出生日期="1985-03-07") for number in range(20)]
    content = file_of("memberships", rows)
    batches = [checked(office, "memberships", content) for _ in range(2)]
    for batch in batches:
        actions.confirm(batch=batch, by=office)
        batch.refresh_from_db()

    def write(job_id):
        try:
            worker.work(job_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, [batch.job_id for batch in batches]))

    found = ImportBatch.objects.select_related("job")
    assert sorted(batch.standing for batch in found) == ["失败", "已完成"]
    failed = next(batch for batch in found if batch.has_failed)
    assert failed.job.message.startswith("检查之后档案有变化：确认时新增20行、修改0行，现在新增0行")
    assert totals() == (20, 20, 40)


@pytest.mark.django_db(transaction=True)
def test_worker_killed_while_it_writes_leaves_nothing_and_another_writes_all(office, county):
    rows = [row(number, 身份证号=None, 性别="女", 出生日期="1985-03-07") for number in range(6_000)]
    batch = checked(office, "memberships", file_of("memberships", rows))
    actions.confirm(batch=batch, by=office)
    batch.refresh_from_db()
    # Somebody else holds the second table: the worker stops between the two, for as long as it takes.
    holder = connection.copy()
    holder.set_autocommit(False)
    holder.cursor().execute("LOCK TABLE members_membership IN SHARE MODE")
    connection.close()
    process = multiprocessing.get_context("fork").Process(target=worker.work, args=(batch.job_id,))
    process.start()

    wait_until(is_held_up)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    holder.close()
    wait_until(lambda: not is_held_up())

    assert Job.objects.get(pk=batch.job_id).state == JobState.RUNNING
    assert totals() == (0, 0, 0)
    expire(batch.job)
    assert worked(batch).standing == "已完成"
    assert totals() == (6_000, 6_000, 12_000)


def is_held_up():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'"
            " AND pid <> pg_backend_pid() AND strpos(query, 'INSERT INTO \"members_membership\"') > 0"
        )
        return cursor.fetchone()[0] > 0


def test_same_file_again_changes_nothing(office, county):
    imported(office, "memberships", CONTENT)
    before = [*Person.objects.order_by("pk").values(), *Membership.objects.order_by("pk").values()]

    again = imported(office, "memberships", CONTENT)

    assert (again.standing, counts(again)) == ("已完成", (0, 0, 20, 0))
    assert [*Person.objects.order_by("pk").values(), *Membership.objects.order_by("pk").values()] == before
    assert again.rows.count() == 0


def test_file_is_not_written_where_the_register_has_changed_since_the_check(office, county):
    batch = checked(office, "memberships", CONTENT)
    imported(office, "people", file_of("people", [{**row(3), "姓名": "别人"}]))
    actions.confirm(batch=batch, by=office)

    batch = worked(batch)

    assert batch.standing == "失败"
    assert "第5行姓名与登记不一致，请在人员页核对" in batch.job.message
    assert Membership.objects.count() == 0


def test_file_is_not_written_after_the_grant_has_ended(office, county):
    batch = checked(office, "memberships", CONTENT)
    actions.confirm(batch=batch, by=office)
    Grant.objects.update(ends_on=date(2020, 1, 1))

    batch = worked(batch)

    assert batch.standing == "失败"
    assert totals() == (0, 0, 0)


def test_failed_import_is_checked_again_and_written(office, county):
    batch = checked(office, "memberships", CONTENT)
    actions.confirm(batch=batch, by=office)
    imported(office, "memberships", CONTENT)
    standing = worked(batch).standing

    actions.check_again(batch=batch, by=office)
    again = worked(batch)

    assert standing == "失败"
    assert (again.standing, counts(again)) == ("待确认", (0, 0, 20, 0))


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (actions.confirm, "文件尚未检查通过，不能导入"),
        (actions.check_again, "该文件正在处理或已经导入，不能重新检查"),
        (actions.undo, "只有已完成的导入才能撤销"),
    ],
)
def test_action_out_of_its_turn_is_refused(office, county, action, message):
    batch = uploaded(office, "memberships", CONTENT)

    with pytest.raises(RuleViolation, match=message):
        action(batch=batch, by=office)


def test_colleague_cannot_confirm_what_they_did_not_send(office, county, neighbour):
    batch = checked(office, "memberships", CONTENT)

    with pytest.raises(RuleViolation, match="没有这次导入，或您无权办理"):
        actions.confirm(batch=batch, by=neighbour)


def test_history_says_who_imported_which_file(office, county):
    imported(office, "memberships", CONTENT, name="名单.xlsx")

    events = [
        *pghistory.models.Events.objects.tracks(Person.objects.first()),
        *pghistory.models.Events.objects.tracks(Membership.objects.first()),
    ]

    contexts = [(event.pgh_context["user"], event.pgh_context["purpose"]) for event in events]
    assert contexts == [(office.pk, "导入：名单.xlsx")] * 2


def test_undo_deletes_what_was_made_and_restores_what_was_changed(office, county):
    known = factories.person(county, name="会员0", born_on=date(1985, 3, 7), phone="13900000000")
    before = Person.objects.values().get()
    rows = [row(0, 电话="13812345678", 学历="大专"), row(1)]
    batch = imported(office, "memberships", file_of("memberships", rows))
    changed = Person.objects.get(pk=known.pk)

    actions.undo(batch=batch, by=office)
    batch = worked(batch)

    assert counts(batch) == (2, 0, 0, 0)
    assert (changed.phone, changed.education, changed.version) == ("13812345678", "college", 2)
    assert changed.id_number_hash
    assert batch.standing == "已撤销"
    assert Person.objects.values().get() == before | {"version": 3}
    assert Membership.objects.count() == 0


def test_undo_is_refused_where_something_leans_on_a_row(office, county):
    batch = imported(office, "memberships", CONTENT)
    membership = Membership.objects.get(person__name="会员5")
    ContactHousehold.objects.create(membership=membership, householder="某户主", starts_on=date(2022, 1, 1))
    factories.seat(factories.term(county), person=Person.objects.get(name="会员6"))

    actions.undo(batch=batch, by=office)
    batch = worked(batch)

    assert batch.standing == "已完成"
    assert [(fault["row"], fault["message"]) for fault in batch.faults] == [
        (7, "导入之后登记的联系户引用了这一行的会员"),
        (8, "导入之后登记的任职引用了这一行的人员"),
    ]
    assert totals() == (20, 20, 40)


def test_undo_is_refused_for_rows_beyond_reach(office, county, other_county):
    batch = imported(office, "memberships", CONTENT)
    Membership.objects.filter(person__name="会员5").update(association=other_county)

    actions.undo(batch=batch, by=office)
    batch = worked(batch)

    assert [fault["message"] for fault in batch.faults] == ["会员已被删除，或已不在您的管理范围内"]


def test_undo_twice_is_done_once(office, county):
    batch = imported(office, "memberships", CONTENT)
    for _ in range(2):
        actions.undo(batch=batch, by=office)
        batch = worked(batch)

    assert batch.standing == "已撤销"
    assert totals() == (0, 0, 40)
