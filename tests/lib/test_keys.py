"""A wrong key is noticed before it seals anything, and is never taken for the right one."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import BinaryField

from members.models import Person
from portal.lib import keys, sealed_columns
from portal.lib.key_checks import WrongKeys, key_faults, prove, recorded
from portal.lib.keys import SEARCH, check_values, misfits
from portal.lib.models import KeyCheck
from portal.lib.sealed import seal
from portal.lib.sealed_columns import SealedField, record_keys
from tests.members.test_identity import number, numbered

OLD, NEW, OTHER, SEARCH_KEY = b"o" * 32, b"n" * 32, b"x" * 32, b"s" * 32
RING_2026, RING_2025 = "PERSONAL_DATA_KEYS:2026", "PERSONAL_DATA_KEYS:2025"
MISSING_2025 = "缺少环境变量 PERSONAL_DATA_KEYS 中编号为 2025 的密钥"
WRONG_2026 = "环境变量 PERSONAL_DATA_KEYS 中编号为 2026 的密钥不是这个数据库的密钥"
WRONG_SEARCH = "环境变量 PERSONAL_DATA_SEARCH_KEY 的密钥不是这个数据库的密钥"


@pytest.fixture
def filled(change_keys, county, settings, tmp_path):
    """A database with a number under each of two keys; the settings name all three keys and no files."""
    settings.DATA_DIR = tmp_path
    change_keys({"2025": OLD}, search_key=SEARCH_KEY)
    numbered(county)
    change_keys({"2026": NEW, "2025": OLD})
    numbered(county, number("125"))


@pytest.fixture
def unrecorded(filled):
    """The same as it was before check values were kept."""
    KeyCheck.objects.all().delete()
    prove.cache_clear()


def use(settings, ring, search_key=SEARCH_KEY):
    settings.PERSONAL_DATA_KEYS, settings.PERSONAL_DATA_SEARCH_KEY = ring, search_key


RIGHT = ({"2026": NEW, "2025": OLD}, SEARCH_KEY)
FAULTS = [
    (*RIGHT, {}),
    ({"2027": OTHER, "2026": NEW, "2025": OLD}, SEARCH_KEY, {}),
    ({"2026": NEW}, SEARCH_KEY, {RING_2025: MISSING_2025}),
    ({"2026": OTHER, "2025": OLD}, SEARCH_KEY, {RING_2026: WRONG_2026}),
    ({"2026": OTHER}, OTHER, {SEARCH: WRONG_SEARCH, RING_2026: WRONG_2026, RING_2025: MISSING_2025}),
    (RIGHT[0], OTHER, {SEARCH: WRONG_SEARCH}),
]


@pytest.mark.parametrize(("ring", "search_key", "faults"), FAULTS)
def test_each_key_is_told_right_wrong_or_missing(settings, tmp_path, ring, search_key, faults):
    settings.DATA_DIR = tmp_path
    use(settings, *RIGHT)
    kept = check_values()
    use(settings, ring, search_key)

    assert misfits(kept) == faults


def test_check_value_depends_on_the_key_and_its_name(settings):
    use(settings, {"2026": NEW, "2025": NEW}, NEW)

    assert len(set(check_values().values())) == 3


def test_key_that_lies_in_a_file_is_named_by_it(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "personal_data_key").touch()

    assert keys.place_of("PERSONAL_DATA_KEYS:local") == f"密钥文件 {tmp_path}/secrets/personal_data_key"


@pytest.mark.parametrize(("ring", "search_key", "faults"), [each for each in FAULTS if each[2]])
def test_nothing_is_sealed_with_other_keys(filled, settings, ring, search_key, faults):
    use(settings, ring, search_key)

    with pytest.raises(WrongKeys) as refused:
        seal("text", "purpose")

    assert str(refused.value) == "系统的密钥与数据库不符，暂不能保存身份证号等加密内容，请联系系统管理员"
    assert sorted(key_faults()) == sorted(faults.values())


def test_new_key_in_front_is_recorded_when_it_first_seals(filled, settings):
    use(settings, {"2027": OTHER, "2026": NEW, "2025": OLD})

    sealed = seal("text", "purpose")

    assert sealed.startswith(b"2027:")
    assert (recorded(), key_faults()) == (check_values(), [])


def test_nothing_is_sealed_before_keys_are_recorded(unrecorded):
    with pytest.raises(WrongKeys):
        seal("text", "purpose")

    assert key_faults() == ["数据库还没有登记密钥校验值，请运行 manage.py migrate"]


def test_filled_database_without_check_values_records_the_keys_that_open_it(unrecorded):
    assert record_keys() == {}

    assert recorded() == check_values()


def test_keys_that_open_nothing_are_not_taken_for_the_right_ones(unrecorded, settings):
    use(settings, {"2026": OTHER})
    lost = f"{MISSING_2025}，已存的加密内容要用它才能打开"
    closed = "环境变量 PERSONAL_DATA_KEYS 中编号为 2026 的密钥打不开已存的加密内容"

    faults = record_keys()

    search = "或环境变量 PERSONAL_DATA_SEARCH_KEY 的密钥与之不符"
    assert faults == {RING_2025: lost, RING_2026: f"{closed}，{search}"}
    assert recorded() == {}


def test_search_key_that_finds_nothing_is_not_taken_for_the_right_one(unrecorded, settings):
    use(settings, RIGHT[0], OTHER)

    assert set(record_keys()) == {RING_2025, RING_2026}
    assert recorded() == {}


def test_migrate_records_the_keys_and_names_those_that_do_not_fit(transactional_db, unrecorded, settings):
    use(settings, {"2026": NEW})
    told = StringIO()
    call_command("migrate", verbosity=0, stderr=told)
    assert told.getvalue() == f"{MISSING_2025}，已存的加密内容要用它才能打开\n"

    use(settings, *RIGHT)
    call_command("migrate", verbosity=0)
    assert recorded() == check_values()


def test_check_keys_names_the_right_and_the_wrong(filled, settings):
    use(settings, {"2026": NEW}, OTHER)
    told = StringIO()

    with pytest.raises(CommandError) as refused:
        call_command("check_keys", stdout=told)

    assert told.getvalue() == "环境变量 PERSONAL_DATA_KEYS 中编号为 2026 的密钥：相符\n"
    assert sorted(str(refused.value).splitlines()) == sorted([MISSING_2025, WRONG_SEARCH])


def test_accepted_loss_lets_the_portal_go_on_with_a_new_key(filled, settings):
    use(settings, {"2027": OTHER}, OTHER)

    call_command("check_keys", accept_loss=True)

    assert (key_faults(), recorded()) == ([], check_values())
    assert seal("text", "purpose").startswith(b"2027:")


def test_two_keys_never_share_an_id(filled, settings):
    use(settings, {"2026": OTHER, "2025": OLD})

    with pytest.raises(CommandError, match="编号 2026 已用于另一把密钥"):
        call_command("check_keys", accept_loss=True)

    assert key_faults() == [WRONG_2026]


def test_every_column_of_bytes_is_sealed_or_no_secret():
    """A column that is sealed and is no SealedField would be left out when keys are proven and rotated."""
    plain = {
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, BinaryField) and not isinstance(field, SealedField)
    }

    assert plain == {"ErasedRow.before", "ErasedRow.after"}
    assert [(each.model, each.field.name) for each in sealed_columns.sealed_columns()] == [
        (Person, "id_number_sealed")
    ]
