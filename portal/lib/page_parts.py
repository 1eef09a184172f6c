"""Shapes that the components in `templates/components/` take; each component's comment says which."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Crumb:
    """One step of the path above a page; the page itself has no url."""

    name: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Action:
    """A link drawn as a button; the icon is a symbol of `static/img/icons.svg`."""

    label: str
    url: str
    icon: str = ""
    kind: Literal["primary", "plain"] = "plain"


@dataclass(frozen=True, kw_only=True)
class Tab:
    label: str
    url: str
    is_current: bool = False


@dataclass(frozen=True, kw_only=True)
class PageLink:
    """One number below a list; without url it stands for the pages left out."""

    label: str
    url: str = ""
    is_current: bool = False


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line of a definition list; an empty value is shown as not filled in."""

    label: str
    value: str
    url: str = ""


@dataclass(frozen=True, kw_only=True)
class Version:
    """One field of a record that two people saved: what is stored and what the second one typed."""

    label: str
    saved: str
    yours: str

    @property
    def differs(self) -> bool:
        return self.saved != self.yours


@dataclass(frozen=True, kw_only=True)
class PickerOption:
    code: str
    name: str
    is_selected: bool = False


@dataclass(frozen=True, kw_only=True)
class PickerLevel:
    """One select of the chain; `parent_code` is what remains chosen when its choice is taken back."""

    label: str
    parent_code: str
    options: tuple[PickerOption, ...]
    is_locked: bool = False


@dataclass(frozen=True, kw_only=True)
class AssociationPicker:
    """State of the picker of one form field; `results` is None until something was searched for."""

    name: str
    legend: str
    url: str
    code: str
    path: tuple[str, ...]
    levels: tuple[PickerLevel, ...]
    query: str = ""
    results: tuple[PickerOption, ...] | None = None
    error: str = ""
