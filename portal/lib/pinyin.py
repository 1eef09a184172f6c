"""Chinese names as the initials that clerks type to find them."""

from pypinyin import Style, lazy_pinyin


def initials(text: str) -> str:
    """Return the pinyin initials of a text in lower case: 东湖区 → dhq; latin letters and digits stay."""
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()
