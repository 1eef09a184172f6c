import pytest
from stdnum.cn import ric

from portal.lib.masks import mask_address, mask_id_number, mask_name, mask_phone


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("11010519491231002X", "1*****************"),
        ("110105491231002", "***************"),
        ("110105194912310021X", "*" * 19),
        ("", ""),
    ],
)
def test_mask_id_number(number, shown):
    assert mask_id_number(number) == shown


def test_mask_and_birth_date_leave_every_serial_of_a_district():
    bodies = [f"36010219900307{serial:03d}" for serial in range(1000)]

    assert len({mask_id_number(f"{body}{ric.calc_check_digit(f'{body}0')}") for body in bodies}) == 1


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13812345678", "138****5678"),
        ("23812345678", "*********78"),
        ("0791-8612345", "**********45"),
        ("8612345", "*****45"),
        ("+8613812345678", "************78"),
        ("120", "***"),
        ("861234", "******"),
        ("", ""),
    ],
)
def test_mask_phone(phone, shown):
    assert mask_phone(phone) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [("张三", "张*"), ("李小四", "李**"), ("阿布都热合曼·买买提", "阿**"), ("王", "*"), ("", "")],
)
def test_mask_name(name, shown):
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("江西省南昌市东湖区公园街道八一大道1号", "江西省南昌市东湖区公园街道****"),
        ("江西省南昌市南昌县向塘镇高田村三组", "江西省南昌市南昌县向塘镇****"),
        ("江西省景德镇市昌江区西郊街道航空路5号", "江西省景德镇市昌江区西郊街道****"),
        ("江苏省镇江市京口区四牌楼街道9号", "江苏省镇江市京口区四牌楼街道****"),
        ("河南省新乡市红旗区东街街道6号", "河南省新乡市红旗区东街街道****"),
        ("贵州省安顺市镇宁布依族苗族自治县白马湖街道", "贵州省安顺市镇宁布依族苗族自治县白马湖街道****"),
        (
            "内蒙古自治区锡林郭勒盟东乌珠穆沁旗乌里雅斯太镇",
            "内蒙古自治区锡林郭勒盟东乌珠穆沁旗乌里雅斯太镇****",
        ),
        ("广东省东莞市虎门镇怀德社区", "广东省东莞市虎门镇****"),
        ("湖北省仙桃市沙嘴街道7号", "湖北省仙桃市沙嘴街道****"),
        ("北京市海淀区中关村大街5号", "北京市海淀区****"),
        ("东湖区公园街道", "东湖区公园街道****"),
        ("江西省南昌市东湖区八一大道1号梦想小镇", "江西省南昌市东湖区****"),
        ("江西省南昌市东湖区梦想小镇3栋", "江西省南昌市东湖区****"),
        ("江西省萍乡市安源区后埠街12号", "江西省萍乡市安源区****"),
        ("某某路5号", "****"),
        ("", ""),
    ],
)
def test_mask_address_ends_at_the_township_or_above(address, shown):
    assert mask_address(address) == shown
