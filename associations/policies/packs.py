"""Read the policy packs that come with the portal: each names its file and place where it is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from django.core.exceptions import ValidationError
from django.db import models

from associations.enums import Level
from associations.models import (
    KeyTaskRule,
    MilestoneRule,
    ObservanceRule,
    PolicyDocument,
    PostRule,
    Provision,
    QuotaRule,
    Rule,
    StaffingRule,
    TermRule,
)

FOLDER = Path(__file__).resolve().parent
FAMILIES: dict[str, type[Rule]] = {
    "quota": QuotaRule,
    "milestone": MilestoneRule,
    "term": TermRule,
    "post": PostRule,
    "staffing": StaffingRule,
    "observance": ObservanceRule,
    "key-task": KeyTaskRule,
    "provision": Provision,
}
DOCUMENT_FIELDS = (
    "issued_by",
    "number",
    "title",
    "dated_on",
    "printed_on",
    "published_on",
    "issue",
    "visibility",
    "remark",
)
REACH_FIELDS = ("scope", "levels", "starts_on")
LEVELS = {level.name.lower(): level for level in Level}

Section = Mapping[str, object]


class PackError(ValueError):
    """A pack that cannot be read; the message is Chinese and names file and place."""


@dataclass(frozen=True, kw_only=True)
class PackDocument:
    """A document of a pack, its values cleaned by the fields of `PolicyDocument`."""

    issuer: str
    values: Mapping[str, object]

    @property
    def number(self) -> str:
        return str(self.values.get("number", ""))

    @property
    def title(self) -> str:
        return str(self.values["title"])


@dataclass(frozen=True, kw_only=True)
class PackRule:
    """A rule of a pack, its values cleaned by the fields of its family; `scope` is a code."""

    family: type[Rule]
    scope: str
    values: Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Pack:
    """One document with its rules, and the documents that it is based on."""

    name: str
    document: PackDocument
    basis: tuple[PackDocument, ...]
    rules: tuple[PackRule, ...]


def read_packs(folder: Path = FOLDER) -> list[Pack]:
    """Read every pack of a folder, in the order of their names.

    Raises: PackError.
    """
    return [read_pack(path) for path in sorted(folder.glob("*.yaml"))]


def read_pack(path: Path) -> Pack:
    """Read and check one pack without looking at the register.

    Raises: PackError.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise PackError(f"{path.name}：不是有效的 YAML 文件（{error}）") from error
    pack = _section(content, place=path.name, known=("document", "basis", "reach", "rules"))
    document = _document(pack.get("document"), place=f"{path.name} document")
    basis = _items(pack.get("basis", []), place=f"{path.name} basis")
    reach = _section(pack.get("reach", {}), place=f"{path.name} reach", known=REACH_FIELDS)
    defaults = {"scope": document.issuer, "starts_on": document.values.get("dated_on")} | dict(reach)
    return Pack(
        name=path.stem,
        document=document,
        basis=tuple(_document(item, place=place) for place, item in basis),
        rules=_rules(pack.get("rules", {}), place=f"{path.name} rules", defaults=defaults),
    )


def _document(content: object, *, place: str) -> PackDocument:
    given = _section(content, place=place, known=("issuer", *DOCUMENT_FIELDS))
    issuer = given.get("issuer")
    if not isinstance(issuer, str):
        raise PackError(f"{place}：issuer 须为加引号的地区代码")
    return PackDocument(issuer=issuer, values=_cleaned(PolicyDocument, DOCUMENT_FIELDS, given, place=place))


def _rules(content: object, *, place: str, defaults: Section) -> tuple[PackRule, ...]:
    families = _section(content, place=place, known=tuple(FAMILIES))
    return tuple(
        _rule(FAMILIES[name], item, place=item_place, defaults=defaults)
        for name, items in families.items()
        for item_place, item in _items(items, place=f"{place} {name}")
    )


def _rule(family: type[Rule], content: object, *, place: str, defaults: Section) -> PackRule:
    fields = ("clause", "levels", "starts_on", *content_fields(family))
    given = dict(defaults) | dict(_section(content, place=place, known=("scope", *fields)))
    scope = given["scope"]
    if not isinstance(scope, str):
        raise PackError(f"{place}：scope 须为加引号的地区代码")
    given["levels"] = _levels(given.get("levels"), place=place)
    return PackRule(family=family, scope=scope, values=_cleaned(family, fields, given, place=place))


def content_fields(family: type[Rule]) -> tuple[str, ...]:
    """Name the fields in which a family says more than every rule does."""
    shared = {field.name for field in Rule._meta.local_fields}
    return tuple(field.name for field in family._meta.concrete_fields if field.name not in shared | {"id"})


def _levels(content: object, *, place: str) -> list[Level]:
    if not isinstance(content, list) or not content:
        raise PackError(f"{place}：levels 须列出约束的层级")
    unknown = [str(name) for name in content if name not in LEVELS]
    if unknown:
        raise PackError(f"{place}：没有层级 {'、'.join(unknown)}，可用 {'、'.join(LEVELS)}")
    return [LEVELS[name] for name in content]


def _cleaned(
    model: type[models.Model], names: tuple[str, ...], given: Section, *, place: str
) -> dict[str, object]:
    """Clean what is given; a field that is not given keeps the model's default if it has one."""
    fields = {field.name: field for field in model._meta.concrete_fields}
    values = {}
    for name in names:
        field = fields[name]
        optional = field.has_default() or field.blank
        if name not in given and optional:
            continue
        try:
            values[name] = field.clean(given.get(name), None)
        except ValidationError as error:
            raise PackError(f"{place}：{name} {'；'.join(error.messages)}") from error
    return values


def _section(content: object, *, place: str, known: tuple[str, ...]) -> Section:
    if not isinstance(content, dict):
        raise PackError(f"{place}：应为若干“名称: 值”")
    unknown = [str(name) for name in content if name not in known]
    if unknown:
        raise PackError(f"{place}：不认识的名称 {'、'.join(unknown)}")
    return content


def _items(content: object, *, place: str) -> list[tuple[str, object]]:
    if not isinstance(content, list):
        raise PackError(f"{place}：应为列表")
    return [(f"{place} 第{position}项", item) for position, item in enumerate(content, start=1)]
