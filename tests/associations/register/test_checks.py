import pytest
from django.core.management import CommandError, call_command

from associations.enums import Body
from associations.models import Association, Succession
from associations.register.checks import Disagreement, disagreements
from tests import factories


def test_register_that_agrees_has_nothing_to_say(county, capsys):
    factories.association("360102-0001")

    call_command("check_register")

    assert capsys.readouterr().out == "名录一致：4 个协会\n"


def test_register_with_a_wrong_parent_is_named(county, other_county, capsys):
    Association.objects.filter(pk=county.pk).update(parent=other_county)

    with pytest.raises(CommandError, match="名录有 1 处不一致"):
        call_command("check_register")

    assert capsys.readouterr().err == "上级不是代码所示的最近上级：360102\n"


def test_register_with_a_county_that_hangs_nowhere_is_named(db):
    factories.association("360102")

    assert disagreements() == [Disagreement(rule="省级以下没有上级", row="360102")]


def test_unit_without_its_host_is_named(county):
    factories.association("360102009-0001", parent=county)

    assert disagreements() == [Disagreement(rule="单位协会的所在地不在名录中", row="360102009-0001")]


def test_rule_scope_outside_its_issuer_is_named(county, other_county):
    document = factories.policy(county, number="测发〔2020〕9号")
    factories.quota_rule(document, Body.COUNCIL, 30, scope=other_county)

    assert disagreements() == [
        Disagreement(rule="比例规定的适用地区不在发文地区之内", row="测发〔2020〕9号 二（三） 360103")
    ]


def test_succession_that_leads_elsewhere_is_named(county):
    Succession.objects.create(
        association=county,
        kind="recode",
        on="2020-01-01",
        old_code="360101",
        new_code="360199",
        old_name="甲",
        new_name="甲",
        document_number="测发〔2020〕1号",
    )

    assert disagreements() == [Disagreement(rule="沿革前后代码不衔接", row="360101 → 360199")]
