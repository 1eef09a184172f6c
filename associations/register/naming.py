"""What an association is called after its place, and the initials that it is found by."""

import re
from functools import cache

from associations.enums import Level
from portal.lib import pinyin

TITLE = "计划生育协会"
VILLAGE_COMMITTEE = re.compile(r"村?(?:村民委员会|村委会)$")
COMMUNITY_COMMITTEE = re.compile(r"社区(?:居民委员会|居委会)$")
KEY_LENGTH = 60
# Alone, these are read otherwise than in names of places.
PLACE_READINGS = {"长": "c", "朝": "c", "重": "c", "厦": "x"}


def place_name(listed: str, level: Level) -> str:
    """Return the place of a listed name; the official list calls villages by their committee."""
    if level != Level.VILLAGE:
        return listed
    place = VILLAGE_COMMITTEE.sub("村", COMMUNITY_COMMITTEE.sub("社区", listed))
    return place if place not in ("村", "社区") else listed


def association_name(place: str) -> str:
    """Name the association of a place."""
    return f"{place}{TITLE}"


def name_key(place: str, level: Level) -> str:
    """Return the pinyin initials of a place, in lower case; signs and spaces are left out.

    Names are read whole, so that 重庆 is cq. The 620,000 villages alone are read by character, each character
    once for all, which keeps the national list within seconds.
    """
    initials = pinyin.initials(place) if level != Level.VILLAGE else "".join(map(_initial, place))
    return "".join(filter(str.isalnum, initials)).lower()[:KEY_LENGTH]


@cache
def _initial(character: str) -> str:
    return PLACE_READINGS.get(character) or pinyin.initials(character)[:1]
