from datetime import date

import pytest

from associations.models import Association, Succession
from associations.register import checks, succession_actions
from associations.register.succession_queries import LevelRows, preview_merge, preview_recode
from portal.accounts.roles import OFFICE
from portal.lib.findings import RuleViolation
from tests import factories

ON = date(2022, 7, 1)
TODAY = date(2024, 6, 1)


@pytest.fixture
def document(province):
    """What every change is made with; by the clerk of the province, above all places of these tests."""
    by = factories.user((OFFICE, province), association=province)
    return {"on": ON, "document_number": "测发〔2022〕1号", "by": by, "today": TODAY}


@pytest.fixture
def subtree(county):
    for code in ("360102001", "360102001001", "360102001001-0001", "360102-0001"):
        factories.association(code)
    return county


def codes(rows):
    return sorted(rows.values_list("code", flat=True))


def test_recode_moves_the_whole_subtree_and_writes_each_succession(subtree, other_county, document):
    changed = succession_actions.recode(association=subtree, new_code="360133", **document)

    assert changed == 5
    assert codes(Association.objects.filter(code__startswith="360133")) == [
        "360133",
        "360133-0001",
        "360133001",
        "360133001001",
        "360133001001-0001",
    ]
    assert list(
        Succession.objects.order_by("old_code").values_list("kind", "old_code", "new_code", "on")
    ) == [
        ("recode", f"360102{rest}", f"360133{rest}", ON)
        for rest in ("", "-0001", "001", "001001", "001001-0001")
    ]
    assert checks.disagreements() == []


def test_recode_keeps_the_tree_of_earlier_days(subtree, city, document):
    succession_actions.recode(association=subtree, new_code="360133", **document)

    before, after = date(2022, 6, 30), ON
    rows = Association.objects
    assert [
        (rows.under_on("360102", on=on).count(), rows.under_on("360133", on=on).count())
        for on in (before, after)
    ] == [(5, 0), (0, 5)]
    assert [rows.under_on("3601", on=on).count() for on in (before, after)] == [6, 6]
    assert sorted(rows.under_on("360102001", on=before).values_list("code_on", flat=True)) == [
        "360102001",
        "360102001001",
        "360102001001-0001",
    ]


def test_recode_twice_gives_each_day_its_code(subtree, document):
    succession_actions.recode(association=subtree, new_code="360133", **document)
    succession_actions.recode(association=subtree, new_code="360144", **(document | {"on": date(2023, 7, 1)}))

    days = [date(2022, 6, 30), date(2022, 7, 1), date(2023, 6, 30), date(2023, 7, 1)]
    assert [Association.objects.with_code_on(on).get(pk=subtree.pk).code_on for on in days] == [
        "360102",
        "360133",
        "360133",
        "360144",
    ]
    assert checks.disagreements() == []


def test_recode_to_another_city_hangs_it_there(subtree, province, document):
    jiujiang = factories.association("3604")

    succession_actions.recode(association=subtree, new_code="360402", **document)

    assert subtree.parent_id == jiujiang.pk


@pytest.mark.parametrize(
    ("new_code", "message"),
    [
        ("360103", "代码 360103 或其下级代码已在使用"),
        ("3601330", "新代码须为 6 位数字"),
        ("36013x", "新代码须为 6 位数字"),
        ("990133", "该代码不在您的管理范围内"),
        ("36", "该代码不在您的管理范围内"),
    ],
)
def test_recode_refuses_codes_that_cannot_be(subtree, other_county, new_code, message, document):
    with pytest.raises(RuleViolation) as refused:
        succession_actions.recode(association=subtree, new_code=new_code, **document)

    assert (str(refused.value), Succession.objects.count()) == (message, 0)


def test_recode_before_a_later_one_is_refused(subtree, document):
    succession_actions.recode(association=subtree, new_code="360133", **document)

    with pytest.raises(RuleViolation, match="请按先后顺序登记"):
        succession_actions.recode(
            association=subtree, new_code="360144", **(document | {"on": date(2022, 6, 30)})
        )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"document_number": " "}, "须填依据文号"),
        ({"on": date(2024, 6, 2)}, "日期不能晚于今天"),
        ({"on": date(1980, 5, 28)}, "日期不能早于计生协成立之日（1980年5月29日）"),
    ],
)
def test_recode_needs_a_document_and_a_day_that_has_come(subtree, values, message, document):
    with pytest.raises(RuleViolation, match=message):
        succession_actions.recode(association=subtree, new_code="360133", **(document | values))


def test_recode_preview_counts_what_would_change(subtree, city):
    preview = preview_recode(subtree, new_code="360133", on=ON)

    assert preview.rows == (
        LevelRows(level=3, count=1),
        LevelRows(level=4, count=1),
        LevelRows(level=5, count=1),
        LevelRows(level=6, count=2),
    )
    assert (preview.total, preview.new_parent, preview.problems) == (5, city, ())


def test_rename_keeps_the_old_name_in_the_succession(county, document):
    change = succession_actions.rename(
        association=county, name="滨湖区计划生育协会", short_name="滨湖区", seen=1, **document
    )

    county.refresh_from_db()
    assert (county.name, county.name_key, county.version) == ("滨湖区计划生育协会", "bhq", 2)
    assert (change.old_name, change.new_name, change.old_code, change.new_code) == (
        "东湖区计划生育协会",
        "滨湖区计划生育协会",
        "360102",
        "360102",
    )


def test_merge_ends_one_association_the_day_before(county, other_county, document):
    change = succession_actions.merge(source=county, into=other_county, **document)

    county.refresh_from_db()
    assert (county.due_until, county.dissolved_on) == (date(2022, 6, 30), date(2022, 6, 30))
    assert (change.association, change.other, change.old_code, change.new_code) == (
        county,
        other_county,
        "360102",
        "360103",
    )
    divisions = Association.objects.filter(level=3)
    assert [divisions.due(on=on).count() for on in (date(2022, 6, 30), ON)] == [2, 1]


def test_merge_waits_until_nothing_lives_below(subtree, other_county, document):
    with pytest.raises(RuleViolation, match="东湖区之下还有 4 个协会，请先变更其代码或撤销"):
        succession_actions.merge(source=subtree, into=other_county, **document)

    assert preview_merge(subtree, into=other_county, on=ON).below == 4


def test_merge_into_another_level_or_itself_is_refused(county, city, document):
    with pytest.raises(RuleViolation, match="只能并入同一层级的协会"):
        succession_actions.merge(source=county, into=city, **document)
    with pytest.raises(RuleViolation, match="不能并入自身"):
        succession_actions.merge(source=county, into=county, **document)


def test_split_adds_a_due_association_with_its_origin(county, city, document):
    made = succession_actions.split(
        origin=county, code="360133", name="新区计划生育协会", short_name="新区", **document
    )

    change = made.successions.get()
    assert (made.level, made.parent, made.due_from, made.established_on) == (3, city, ON, None)
    assert (change.kind, change.old_code, change.new_code, change.other) == (
        "split",
        "360102",
        "360133",
        county,
    )


def test_split_with_a_code_in_use_is_refused(county, other_county, document):
    with pytest.raises(RuleViolation, match="代码已被使用"):
        succession_actions.split(origin=county, code="360103", name="甲", short_name="甲", **document)


def test_preview_names_the_missing_parent(county):
    preview = preview_recode(county, new_code="990133", on=ON)

    assert preview.problems == ("名录中没有 990133 的上级",)


@pytest.mark.parametrize("who", ["office", "neighbour", "leader", "outsider"])
def test_codes_and_names_change_only_from_above(request, county, other_county, document, who):
    document["by"] = request.getfixturevalue(who)
    named = {"name": "新区计划生育协会", "short_name": "新区"}

    for write in (
        lambda: succession_actions.recode(association=county, new_code="360133", **document),
        lambda: succession_actions.rename(association=county, seen=1, **named, **document),
        lambda: succession_actions.merge(source=county, into=other_county, **document),
        lambda: succession_actions.split(origin=county, code="360133", **named, **document),
    ):
        with pytest.raises(RuleViolation, match="没有这个协会，或您无权办理"):
            write()

    county.refresh_from_db()
    assert (county.code, county.name, county.due_until) == ("360102", "东湖区计划生育协会", None)
    assert Succession.objects.count() == 0


def test_nothing_goes_where_its_clerk_has_no_say(county, verifier, document):
    document["by"] = verifier
    factories.association("3604")
    elsewhere = factories.association("360402")
    named = {"name": "新区计划生育协会", "short_name": "新区"}

    for write, message in (
        (
            lambda: succession_actions.recode(association=county, new_code="360402", **document),
            "该代码不在您的管理范围内",
        ),
        (
            lambda: succession_actions.merge(source=county, into=elsewhere, **document),
            "没有这个协会，或您无权办理",
        ),
        (
            lambda: succession_actions.split(origin=county, code="360402", **named, **document),
            "该代码不在您的管理范围内",
        ),
    ):
        with pytest.raises(RuleViolation, match=message):
            write()

    assert Succession.objects.count() == 0
