import pytest

from associations.enums import Level
from associations.register.naming import name_key, place_name


@pytest.mark.parametrize(
    ("listed", "level", "place"),
    [
        ("东华门街道", Level.TOWNSHIP, "东华门街道"),
        ("多福巷社区居民委员会", Level.VILLAGE, "多福巷社区"),
        ("多福巷社区居委会", Level.VILLAGE, "多福巷社区"),
        ("李庄村村委会", Level.VILLAGE, "李庄村"),
        ("李庄村民委员会", Level.VILLAGE, "李庄村"),
        ("李庄村委会", Level.VILLAGE, "李庄村"),
        ("红旗居委会", Level.VILLAGE, "红旗居委会"),
        ("村委会", Level.VILLAGE, "村委会"),
    ],
)
def test_place_name_drops_the_committee_of_villages(listed, level, place):
    assert place_name(listed, level) == place


@pytest.mark.parametrize(
    ("place", "level", "key"),
    [
        ("重庆市", Level.PROVINCE, "cqs"),
        ("东湖区", Level.COUNTY, "dhq"),
        ("长安街道", Level.TOWNSHIP, "cajd"),
        ("长丰村", Level.VILLAGE, "cfc"),
        ("五一、八一社区", Level.VILLAGE, "wybysq"),
        ("A区3号小区", Level.VILLAGE, "aq3hxq"),
        ("甲" * 70, Level.VILLAGE, "j" * 60),
    ],
)
def test_name_key_is_the_initials(place, level, key):
    assert name_key(place, level) == key
