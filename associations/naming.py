"""What an association is called after its place, and the initials that it is found by."""

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from .enums import Level

TITLE = "计划生育协会"
VILLAGE_COMMITTEE = re.compile(r"村?(?:村民委员会|村委会)$")
COMMUNITY_COMMITTEE = re.compile(r"社区(?:居民委员会|居委会)$")
KEY_LENGTH = 60


def place_name(listed: str, level: Level) -> str:
    """Return the place of a listed name: the official list calls villages and communities by their committee."""
    if level != Level.VILLAGE:
        return listed
    place = VILLAGE_COMMITTEE.sub("村", COMMUNITY_COMMITTEE.sub("社区", listed))
    return place if place not in ("村", "社区") else listed


def association_name(place: str) -> str:
    """Name the association of a place."""
    return f"{place}{TITLE}"


def name_key(place: str, level: Level) -> str:
    """Return the pinyin initials of a place, in lower case; signs and spaces are left out.

    The county and above are read as whole names, so that 重庆 is cq. Below, each character is read once for
    all, which keeps 660,000 names within seconds.
    """
    if level <= Level.COUNTY:
        initials = "".join(lazy_pinyin(place, style=Style.FIRST_LETTER, errors=lambda chars: chars))
    else:
        initials = "".join(map(_initial, place))
    return "".join(filter(str.isalnum, initials)).lower()[:KEY_LENGTH]


@lru_cache(maxsize=None)
def _initial(character: str) -> str:
    return "".join(lazy_pinyin(character, style=Style.FIRST_LETTER))[:1]
