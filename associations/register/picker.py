"""The association picker: a chain of selects down the user's part of the register, and a search box."""

from django.urls import reverse

from associations.enums import DIVISION_LEVELS, Level
from associations.models import Association
from associations.register.queries import children, find, path_to, roots, visible_by_code
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.page_parts import AssociationPicker, PickerLevel, PickerOption

LEGENDS = {"into": "并入哪个协会", "issuer": "发文地区", "scope": "适用地区"}


def build_picker(
    user: User, *, name: str, code: str = "", query: str = "", error: str = ""
) -> AssociationPicker:
    """Show the choice `code` and, after a search, what it found; nothing out of scope is offered."""
    chosen = visible_by_code(code, user=user, permission=Permission.VIEW_REGISTER) if code else None
    if code and chosen is None:
        error = error or "没有这个协会，或不在您的范围内"
    starts = roots(user)
    path = path_to(chosen or starts[0]) if chosen or len(starts) == 1 else []
    return AssociationPicker(
        name=name,
        legend=LEGENDS.get(name, "选择协会"),
        url=reverse("associations:picker"),
        code=code,
        path=tuple(each.short_name for each in path) if chosen else (),
        levels=tuple(_levels(path, starts, user=user)),
        query=query,
        results=tuple(map(_result, find(query, user=user))) if query else None,
        error=error,
    )


def _levels(path: list[Association], starts: list[Association], *, user: User) -> list[PickerLevel]:
    levels = []
    start_codes = [start.code for start in starts]
    parent: Association | None = None
    for each in path:
        if each.level == Level.UNIT:
            break
        if each.code in start_codes and len(starts) > 1:
            levels.append(_level("", starts, chosen=each))
        elif parent is None or not any(
            each.code.startswith(code) and each.code != code for code in start_codes
        ):
            levels.append(_level("", [each], chosen=each, is_locked=True))
        else:
            levels.append(_level(parent.code, children(parent, user=user), chosen=each))
        parent = each
    if parent is None:
        return [_level("", starts)] if starts else []
    if len(levels) < len(DIVISION_LEVELS) and (below := children(parent, user=user)):
        levels.append(_level(parent.code, below))
    return levels


def _level(
    parent_code: str,
    options: list[Association],
    *,
    chosen: Association | None = None,
    is_locked: bool = False,
) -> PickerLevel:
    return PickerLevel(
        label=f"{Level(options[0].level).label}级",
        parent_code=parent_code,
        options=tuple(
            PickerOption(code=each.code, name=each.short_name, is_selected=each == chosen) for each in options
        ),
        is_locked=is_locked,
    )


def _result(found: Association) -> PickerOption:
    name = f"{found.parent.short_name} / {found.short_name}" if found.parent else found.short_name
    return PickerOption(code=found.code, name=name)
