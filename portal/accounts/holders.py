"""Who holds a permission where: whom to tell of something that happened."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from .models import Grant, GroupGrant
from .roles import ROLES, Permission


@dataclass(frozen=True, kw_only=True)
class Holders:
    """The users who hold one permission; `by_code` maps the code of each grant to the keys of its users."""

    by_code: Mapping[str, frozenset[int]]

    def place_of(self, code: str) -> str:
        """Return the code of the nearest office at or above `code`, or "" where there is none."""
        return next((code[:end] for end in range(len(code), 1, -1) if code[:end] in self.by_code), "")

    def nearest(self, code: str) -> frozenset[int]:
        """Return the users of the nearest office at or above `code`."""
        return self.by_code.get(self.place_of(code), frozenset())


def holders(permission: Permission, *, on: date, code: str = "") -> Holders:
    """Read who holds the permission on the day: everywhere, or at and above `code`.

    Shape: two statements; only users who may sign in.
    """
    roles = [role.codename for role in ROLES if permission in role.permissions]
    wanted = {"permission__codename__in": roles}
    if code:
        wanted["content_object__code__in"] = [code[:end] for end in range(2, len(code) + 1)]
    own = Grant.objects.scoped().in_force(on=on).filter(**wanted, user__is_active=True)
    shared = GroupGrant.objects.scoped().in_force(on=on).filter(**wanted, group__user__is_active=True)
    found: defaultdict[str, set[int]] = defaultdict(set)
    for place, user in own.values_list("content_object__code", "user"):
        found[place].add(user)
    for place, user in shared.values_list("content_object__code", "group__user"):
        found[place].add(user)
    return Holders(by_code={place: frozenset(users) for place, users in found.items()})
