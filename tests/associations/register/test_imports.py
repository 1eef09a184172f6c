import gzip
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from associations.enums import Level
from associations.models import Association
from associations.register import succession_actions
from associations.register.imports import LevelCount, import_divisions
from portal.accounts.roles import OFFICE
from portal.lib.findings import RuleViolation
from tests import factories

pytestmark = pytest.mark.django_db

DOCUMENT = {"on": date(2024, 1, 1), "document_number": "测发〔2024〕1号", "today": date(2024, 6, 1)}
LIST = """code,name
31,上海市
3101,市辖区
310107,普陀区
44,广东省
4419,东莞市
441900,东莞市
441900003,东城街道
441900003001,岗贝社区居委会
50,重庆市
5001,市辖区
500101,万州区
500101001,高笋塘街道
500101001001,多福村民委员会
"""


def write(tmp_path, text, name="list.csv.gz"):
    path = tmp_path / name
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def test_import_fills_the_register(tmp_path):
    counts = import_divisions(write(tmp_path, LIST))

    rows = Association.objects.order_by("code").values_list(
        "code", "level", "parent__code", "name", "short_name", "name_key", "established_on"
    )
    assert list(rows) == [
        ("31", 1, None, "上海市计划生育协会", "上海市", "shs", None),
        ("310107", 3, "31", "普陀区计划生育协会", "普陀区", "ptq", None),
        ("44", 1, None, "广东省计划生育协会", "广东省", "gds", None),
        ("4419", 2, "44", "东莞市计划生育协会", "东莞市", "dgs", None),
        ("441900003", 4, "4419", "东城街道计划生育协会", "东城街道", "dcjd", None),
        ("441900003001", 5, "441900003", "岗贝社区计划生育协会", "岗贝社区", "gbsq", None),
        ("50", 1, None, "重庆市计划生育协会", "重庆市", "cqs", None),
        ("500101", 3, "50", "万州区计划生育协会", "万州区", "wzq", None),
        ("500101001", 4, "500101", "高笋塘街道计划生育协会", "高笋塘街道", "gstjd", None),
        ("500101001001", 5, "500101001", "多福村计划生育协会", "多福村", "dfc", None),
    ]
    assert counts == (
        LevelCount(level=Level.PROVINCE, listed=3, added=3, renamed=0, skipped=0),
        LevelCount(level=Level.CITY, listed=1, added=1, renamed=0, skipped=2),
        LevelCount(level=Level.COUNTY, listed=2, added=2, renamed=0, skipped=1),
        LevelCount(level=Level.TOWNSHIP, listed=2, added=2, renamed=0, skipped=0),
        LevelCount(level=Level.VILLAGE, listed=2, added=2, renamed=0, skipped=0),
    )


def test_import_twice_changes_nothing(tmp_path):
    import_divisions(write(tmp_path, LIST))
    events = Association.pgh_event_model.objects.count()

    counts = import_divisions(write(tmp_path, LIST))

    assert [(count.added, count.renamed) for count in counts] == [(0, 0)] * 5
    assert events == 10
    assert Association.pgh_event_model.objects.count() == events


def test_import_of_a_newer_list_takes_over_names_and_keeps_the_rest(tmp_path):
    import_divisions(write(tmp_path, LIST))
    Association.objects.filter(code="310107").update(established_on=date(1990, 5, 1), phone="021-1")

    counts = import_divisions(write(tmp_path, LIST.replace("普陀区", "普陀新区")), due_from=date(2024, 1, 1))

    district = Association.objects.get(code="310107")
    assert [count.renamed for count in counts] == [0, 0, 1, 0, 0]
    assert (district.name, district.name_key, district.version) == ("普陀新区计划生育协会", "ptxq", 2)
    assert (district.established_on, district.phone, district.due_from) == (date(1990, 5, 1), "021-1", None)


def test_import_keeps_the_names_and_codes_that_the_register_changed(tmp_path):
    import_divisions(write(tmp_path, LIST))
    renamed, moved = (Association.objects.get(code=code) for code in ("500101", "310107"))
    above = factories.user((OFFICE, renamed.parent), (OFFICE, moved.parent))
    succession_actions.rename(
        association=renamed, name="新名计划生育协会", short_name="新名", seen=1, by=above, **DOCUMENT
    )
    succession_actions.recode(association=moved, new_code="310199", by=above, **DOCUMENT)

    counts = import_divisions(write(tmp_path, LIST))

    renamed.refresh_from_db()
    assert [(count.added, count.renamed) for count in counts] == [(0, 0)] * 5
    assert renamed.short_name == "新名"
    assert not Association.objects.filter(code="310107").exists()


def test_import_of_a_prefix_brings_its_ancestors(tmp_path):
    import_divisions(write(tmp_path, LIST), prefixes=["500101001"])

    codes = list(Association.objects.order_by("code").values_list("code", flat=True))
    assert codes == ["50", "500101", "500101001", "500101001001"]


def test_import_relinks_what_hung_higher(tmp_path):
    factories.association("31")
    township = factories.association("310107001")

    import_divisions(write(tmp_path, LIST))

    township.refresh_from_db()
    assert township.parent.code == "310107"


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("id,name\n31,上海市\n", ["list.csv.gz 第 1 行：表头应为 code,name"]),
        ("", ["list.csv.gz 第 1 行：表头应为 code,name"]),
        (
            "code,name\n31,上海市\n310,甲\n",
            ["list.csv.gz 第 3 行：代码“310”应为 2、4、6、9 或 12 位数字"],
        ),
        (
            "code,name\n31,上海市\n３１,甲\n",
            ["list.csv.gz 第 3 行：代码“３１”应为 2、4、6、9 或 12 位数字"],
        ),
        ("code,name\n31,上海市\n31,上海市\n", ["list.csv.gz 第 3 行：代码 31 重复"]),
        ("code,name\n31,上海市\n3101, \n", ["list.csv.gz 第 3 行：名称为空"]),
        ("code,name\n31,上海市\n3101\n", ["list.csv.gz 第 3 行：应有 2 列，实有 1 列"]),
        ("code,name\n310107,普陀区\n", ["list.csv.gz：代码 310107 没有对应的省 31"]),
        ("code,name\n31,甲\x01乙\n", ["list.csv.gz 第 2 行：名称超过 50 字或含有控制字符"]),
        (
            "code,name\n31,上海市\nx,甲\n3101,\n",
            [
                "list.csv.gz 第 3 行：代码“x”应为 2、4、6、9 或 12 位数字",
                "list.csv.gz 第 4 行：名称为空",
            ],
        ),
    ],
)
def test_import_refuses_rubbish_whole(tmp_path, text, messages):
    with pytest.raises(RuleViolation) as refused:
        import_divisions(write(tmp_path, text))

    assert [finding.message for finding in refused.value.findings] == messages
    assert Association.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("list.csv.gz", b"code,name\n", "list.csv.gz：不是 gzip 压缩文件"),
        ("list.csv.gz", gzip.compress(LIST.encode())[:-9], "list.csv.gz：gzip 压缩文件不完整"),
        ("list.csv", LIST.encode("gb18030"), "list.csv：不是 UTF-8 文本"),
    ],
)
def test_import_refuses_files_that_are_no_list(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)

    with pytest.raises(CommandError) as refused:
        call_command("import_divisions", str(path))

    assert str(refused.value) == f"没有导入任何内容：\n{message}"


def test_import_refuses_a_missing_file_and_an_unknown_prefix(tmp_path):
    with pytest.raises(RuleViolation, match="没有这个文件"):
        import_divisions(tmp_path / "none.csv.gz")
    with pytest.raises(RuleViolation, match="没有代码为 99 的行政区划"):
        import_divisions(write(tmp_path, LIST), prefixes=["31", "99"])


def test_official_list_of_a_province_agrees_with_itself(capsys):
    call_command("import_divisions", prefix=["36"])
    call_command("check_register")

    assert capsys.readouterr().out == (
        "省  名录 1  新增 1  更名 0  非建制 0\n"
        "市  名录 11  新增 11  更名 0  非建制 0\n"
        "县  名录 100  新增 100  更名 0  非建制 0\n"
        "乡  名录 1767  新增 1767  更名 0  非建制 0\n"
        "村  名录 22080  新增 22080  更名 0  非建制 0\n"
        "名录一致：23959 个协会\n"
    )
