"""Chinese names as the initials that clerks type to find them."""

from functools import cache
from importlib import import_module
from types import ModuleType


def initials(text: str) -> str:
    """Return the pinyin initials of a text in lower case: 东湖区 → dhq; latin letters and digits stay."""
    reader = _reader()
    return "".join(reader.lazy_pinyin(text, style=reader.Style.FIRST_LETTER)).lower()


@cache
def _reader() -> ModuleType:
    # Its table of phrases takes 58 MB: only a process that writes names loads it, and with its first name.
    return import_module("pypinyin")
