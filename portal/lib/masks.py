"""Masks of personal data, made on the server: what the mask hides never leaves it.

No standard fixes one form. A value of an unexpected shape is hidden more and never less.
"""

import re

STAR = "*"
HIDDEN = STAR * 4
ID_LENGTH = 18
MOBILE = re.compile(r"1[0-9]{10}")
SHORTEST_PHONE = 7
# An ethnic name may run to twenty characters; its length alone would point at the person.
MOST_NAME_STARS = 2

# 镇, 乡 and 市 also stand inside names (景德镇市, 镇江市, 新乡市), so the divisions are walked in their order
# and each takes as little as it can. House numbers, roads and villages are never part of a township's name.
PROVINCE = r"(?:[^省市区县]{2,8}?(?:省|自治区|特别行政区))?"
CITY = r"(?:[^0-9号路]{1,10}?(?:市|自治州|地区|盟))?"
COUNTY = r"(?:[^0-9号路]{1,12}?(?:(?<![社小院])区|县|旗|市))?"
TOWNSHIP = r"(?:[^0-9号路巷弄栋室村]{1,12}?(?:街道|(?<!小)镇|乡|苏木)(?![市县区]))"
TO_TOWNSHIP = re.compile(PROVINCE + CITY + COUNTY + TOWNSHIP)
TO_COUNTY = re.compile(PROVINCE + CITY + COUNTY)


def mask_id_number(number: str) -> str:
    """Show the first character only.

    The birth date stands beside it and the office tells the district: what is left are the three digits of
    the serial. The last character is worked out from all others and would leave one in eleven of them.
    """
    if len(number) != ID_LENGTH:
        return STAR * len(number)
    return f"{number[0]}{STAR * (ID_LENGTH - 1)}"


def mask_phone(phone: str) -> str:
    """Show 138****5678; of any other number the last two characters."""
    if MOBILE.fullmatch(phone):
        return f"{phone[:3]}{HIDDEN}{phone[-4:]}"
    if len(phone) < SHORTEST_PHONE:
        return STAR * len(phone)
    return f"{STAR * (len(phone) - 2)}{phone[-2:]}"


def mask_name(name: str) -> str:
    """Show the first character: 张*, 李**."""
    if len(name) < 2:
        return STAR * len(name)
    return name[0] + STAR * min(len(name) - 1, MOST_NAME_STARS)


def mask_address(address: str) -> str:
    """Show an address down to its township, or to the nearest division above that it names."""
    if not address:
        return ""
    found = TO_TOWNSHIP.match(address) or TO_COUNTY.match(address)
    return f"{found.group() if found else ''}{HIDDEN}"
