"""How long files are kept, and what is left of whoever asked to be forgotten."""

from datetime import date, timedelta

import pytest

from members.models import Membership, Person
from portal.lib.dates import now
from portal.lib.findings import RuleViolation
from portal.records.erasure import Erased
from portal.records.importing import actions
from portal.records.importing.erasing import take_out_of_imports
from portal.records.importing.models import ImportBatch

from .steps import checked, counts, file_of, id_number, imported, told


def row(number, **values):
    return {
        "协会代码": "360102",
        "姓名": f"会员{number}",
        "身份证号": id_number(number),
        "入会日期": "2021-05-29",
    } | values


CONTENT = file_of("memberships", [row(1), row(2)])
WRONG = file_of("memberships", [row(1), row(2, 学历="博士")])


@pytest.fixture
def kept(settings):
    def paths():
        return [path for path in settings.FILES_DIR.rglob("*") if path.is_file()]

    return paths


def erased(**keys):
    return Erased(keys=keys, texts=frozenset({"会员1", "13812345678"}))


def test_file_is_removed_when_it_has_been_written(office, county, kept, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        batch = imported(office, "memberships", CONTENT)

    assert (batch.file_key, batch.size, len(batch.sha256)) == ("", len(CONTENT), 64)
    assert kept() == []


def test_file_that_was_never_written_is_removed_after_seven_days(
    office, county, kept, django_capture_on_commit_callbacks
):
    wrong, ready = checked(office, "memberships", WRONG), checked(office, "memberships", CONTENT)
    sent_at = now() - timedelta(days=7)
    ImportBatch.objects.filter(pk=wrong.pk).update(created_at=sent_at + timedelta(minutes=1))
    ImportBatch.objects.filter(pk=ready.pk).update(created_at=sent_at - timedelta(minutes=1))

    with django_capture_on_commit_callbacks(execute=True):
        actions.clear_outdated(at=now())

    wrong.refresh_from_db()
    assert (len(kept()), len(wrong.faults)) == (2, 1)
    with pytest.raises(RuleViolation, match="文件已按期删除，请重新上传"):
        actions.confirm(batch=ready, by=office)


def test_check_made_again_replaces_the_workbook_of_errors(
    office, county, kept, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        batch = checked(office, "memberships", WRONG)
        actions.check_again(batch=batch, by=office)
        checked(office, "memberships", CONTENT)

    assert len(kept()) == 3


def test_erased_person_is_forgotten_by_rows_and_waiting_files(
    office, county, kept, django_capture_on_commit_callbacks
):
    imported(office, "memberships", CONTENT)
    batch = imported(office, "memberships", file_of("memberships", [row(1, 电话="13812345678")]))
    key = Person.objects.get(name="会员1").pk
    naming = checked(office, "memberships", WRONG, name="会员1和会员2.xlsx")
    other = checked(office, "memberships", file_of("memberships", [row(3)]))

    with django_capture_on_commit_callbacks(execute=True):
        take_out_of_imports(erased(**{"members.person": (key,)}))

    naming.refresh_from_db()
    other.refresh_from_db()
    assert [each.before for each in batch.rows.all()] == [{}]
    assert (naming.file_key, naming.errors_key, naming.faults, naming.name) == ("", "", [], "已删除.xlsx")
    assert other.file_key


def test_row_that_changes_a_frozen_person_is_refused(office, county):
    imported(office, "memberships", CONTENT)
    Person.objects.filter(name="会员2").update(frozen_on=date(2022, 1, 1))

    same = checked(office, "memberships", CONTENT)
    changed = checked(office, "memberships", file_of("memberships", [row(1), row(2, 骨干会员="是")]))

    assert counts(same) == (0, 0, 2, 0)
    assert told(changed) == [(3, "", "个人信息已冻结，解除冻结前不能修改")]
    assert Membership.objects.filter(is_key_member=True).count() == 0


def test_masked_cell_of_an_export_is_refused(office, county):
    batch = checked(office, "memberships", file_of("memberships", [row(1, 电话="138****5678")]))

    assert told(batch) == [(2, "电话", "含有星号，是隐去了一部分的内容，请填写完整的内容或清空")]
