from datetime import date
from threading import Barrier, Thread

import pytest
from django.db import connection

from associations.enums import Kind, Level
from associations.models import Association
from associations.register import actions
from portal.lib.findings import RuleViolation
from tests import factories
from tests.patience import SECONDS

TODAY = date(2024, 6, 1)


@pytest.fixture
def missing(county):
    return factories.association("360102001", established_on=None, due_from=date(2010, 1, 1))


def test_establish_records_the_day(missing, office):
    row = actions.establish(association=missing, on=date(2020, 5, 29), seen=1, by=office, today=TODAY)

    assert (row.established_on, row.dissolved_on, row.version) == (date(2020, 5, 29), None, 2)


@pytest.mark.parametrize(
    ("on", "message"),
    [
        (date(2024, 6, 2), "日期不能晚于今天"),
        (date(2009, 12, 31), "成立日期不在该协会应建期间之内"),
        (date(1980, 5, 28), "日期不能早于计生协成立之日（1980年5月29日）"),
        (date(1, 1, 1), "日期不能早于计生协成立之日（1980年5月29日）"),
    ],
)
def test_establish_refuses_impossible_days(missing, office, on, message):
    with pytest.raises(RuleViolation) as refused:
        actions.establish(association=missing, on=on, seen=1, by=office, today=TODAY)

    missing.refresh_from_db()
    assert (str(refused.value), missing.established_on) == (message, None)


def test_establish_on_the_first_day_of_all_is_accepted(office, county):
    row = factories.association("360102002", established_on=None)

    actions.establish(association=row, on=date(1980, 5, 29), seen=1, by=office, today=TODAY)

    row.refresh_from_db()
    assert row.established_on == date(1980, 5, 29)


def test_establish_refuses_what_is_established(county, office):
    with pytest.raises(RuleViolation, match="该协会已经成立，不能重复成立"):
        actions.establish(association=county, on=TODAY, seen=1, by=office, today=TODAY)


def test_establish_after_somebody_else_saved_is_stale(missing, office):
    Association.objects.filter(pk=missing.pk).update(version=2)

    with pytest.raises(RuleViolation) as refused:
        actions.establish(association=missing, on=TODAY, seen=1, by=office, today=TODAY)

    assert [finding.code for finding in refused.value.findings] == ["stale"]


def test_dissolve_keeps_the_division_due(county, office):
    row = actions.dissolve(association=county, on=date(2020, 1, 1), seen=1, by=office, today=TODAY)

    days = [date(2020, 1, 1), date(2020, 1, 2)]
    rows = Association.objects.filter(pk=row.pk)
    assert [(rows.established(on=on).count(), rows.due(on=on).count()) for on in days] == [(1, 1), (0, 1)]


def test_dissolve_before_the_founding_is_refused(county, office):
    with pytest.raises(RuleViolation, match="撤销日期不能早于成立日期"):
        actions.dissolve(association=county, on=date(1999, 12, 31), seen=1, by=office, today=TODAY)


def test_establish_again_must_follow_the_dissolution(county, office):
    row = actions.dissolve(association=county, on=date(2020, 1, 1), seen=1, by=office, today=TODAY)

    with pytest.raises(RuleViolation, match="重新成立的日期须晚于撤销日期"):
        actions.establish(association=row, on=date(2020, 1, 1), seen=2, by=office, today=TODAY)
    again = actions.establish(association=row, on=date(2020, 1, 2), seen=2, by=office, today=TODAY)

    assert (again.established_on, again.dissolved_on) == (date(2020, 1, 2), None)


def found(host, by, name="甲厂", **values):
    return actions.found_unit(
        host=host,
        by=by,
        **(
            {
                "kind": Kind.ENTERPRISE,
                "name": f"{name}计划生育协会",
                "short_name": name,
                "on": date(2024, 1, 1),
                "today": TODAY,
            }
            | values
        ),
    )


def test_found_unit_takes_the_next_serial_of_its_host(county, office):
    factories.association("360102-0007")
    factories.association("360102001-0031")

    unit = found(county, office)

    assert (unit.code, unit.level, unit.kind, unit.parent_id, unit.name_key) == (
        "360102-0008",
        Level.UNIT,
        "enterprise",
        county.pk,
        "jc",
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"kind": Kind.DIVISION}, "请选择单位协会的类别"),
        ({"kind": Kind.AWAY, "home_place": "东湖区"}, "驻外流动人口计生协须填流出地和驻地"),
        ({"on": date(2024, 6, 2)}, "日期不能晚于今天"),
        ({"on": date(1980, 5, 28)}, "日期不能早于计生协成立之日"),
    ],
)
def test_found_unit_refuses(county, office, values, message):
    with pytest.raises(RuleViolation, match=message):
        found(county, office, **values)


def test_found_unit_twice_is_refused_until_the_first_is_dissolved(county, office):
    first = found(county, office)

    with pytest.raises(RuleViolation, match="“甲厂计划生育协会”已经建立，代码 360102-0001"):
        found(county, office)
    actions.dissolve(association=first, on=TODAY, seen=1, by=office, today=TODAY)

    assert found(county, office).code == "360102-0002"


def test_found_unit_of_the_same_name_and_another_kind_is_another(county, office):
    found(county, office)

    assert found(county, office, kind=Kind.SCHOOL).code == "360102-0002"


@pytest.mark.parametrize("who", ["neighbour", "leader", "outsider"])
def test_register_is_changed_by_nobody_without_the_grant(request, county, missing, who):
    by = request.getfixturevalue(who)
    facts = {"on": TODAY, "seen": 1, "by": by, "today": TODAY}

    for write in (
        lambda: actions.establish(association=missing, **facts),
        lambda: actions.dissolve(association=county, **facts),
        lambda: found(county, by),
    ):
        with pytest.raises(RuleViolation, match="没有这个协会，或您无权办理"):
            write()

    rows = Association.objects.filter(code__startswith="360102").order_by("code")
    assert list(rows.values_list("code", "established_on", "dissolved_on")) == [
        ("360102", date(2000, 1, 1), None),
        ("360102001", None, None),
    ]


def test_found_unit_under_a_unit_is_refused(county, office):
    with pytest.raises(RuleViolation, match="单位协会之下不能再建单位协会"):
        found(found(county, office), office)


@pytest.mark.django_db(transaction=True)
def test_found_unit_by_many_at_once_gives_each_its_own_serial(county, office):
    barrier, failures = Barrier(8, timeout=SECONDS), []

    def work(number):
        try:
            barrier.wait()
            found(county, office, name=f"厂{number}")
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    codes = Association.objects.at_level(Level.UNIT).order_by("code").values_list("code", flat=True)
    assert failures == []
    assert list(codes) == [f"360102-{serial:04d}" for serial in range(1, 9)]
