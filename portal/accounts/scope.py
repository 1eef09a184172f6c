"""What a user may see and do, as prefixes of association codes; and the query set that asks for it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from .roles import ROLE_BY_CODENAME, Permission

if TYPE_CHECKING:
    from .models import User

guarding: ContextVar[bool] = ContextVar("guarding", default=False)


class UnscopedQuery(RuntimeError):
    """A scoped model was read inside a request without saying for whom."""


@contextmanager
def guarded(active: bool = True) -> Iterator[None]:
    """Refuse unscoped reads inside the block (`active`), or allow them where a rule must look wider."""
    token = guarding.set(active)
    try:
        yield
    finally:
        guarding.reset(token)


def shortest(prefixes: Iterable[str]) -> tuple[str, ...]:
    """Return the prefixes, sorted, without those that another one already covers."""
    kept: list[str] = []
    for prefix in sorted(set(prefixes)):
        if not kept or not prefix.startswith(kept[-1]):
            kept.append(prefix)
    return tuple(kept)


def under_any(path: str, prefixes: Iterable[str]) -> Q:
    """Return the condition that the code at `path` lies under one of the prefixes; none → matches nothing."""
    condition = Q(pk__in=[])
    for prefix in prefixes:
        condition |= Q(**{f"{path}__startswith": prefix})
    return condition


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The code prefixes that each permission reaches."""

    prefixes: dict[Permission, tuple[str, ...]]

    @classmethod
    def of_grants(cls, grants: Iterable[tuple[str, str]]) -> "Scope":
        """Build the scope from pairs of a role's codename and the code that it was granted on."""
        held: defaultdict[Permission, list[str]] = defaultdict(list)
        for codename, code in grants:
            for permission in ROLE_BY_CODENAME[codename].permissions:
                held[permission].append(code)
        return cls(prefixes={permission: shortest(codes) for permission, codes in held.items()})

    def prefixes_for(self, permission: Permission) -> tuple[str, ...]:
        return self.prefixes.get(permission, ())

    def may(self, permission: Permission) -> bool:
        return bool(self.prefixes_for(permission))

    def covers(self, permission: Permission, code: str) -> bool:
        return any(code.startswith(prefix) for prefix in self.prefixes_for(permission))

    def knows_place(self, code: str) -> bool:
        """Tell whether a place lies below or above one where anything at all is permitted."""
        held = {prefix for prefixes in self.prefixes.values() for prefix in prefixes}
        return any(code.startswith(prefix) or prefix.startswith(code) for prefix in held)

    def is_above(self, permission: Permission, code: str) -> bool:
        """Tell whether the permission is held for an association strictly above `code`."""
        return any(code.startswith(prefix) and code != prefix for prefix in self.prefixes_for(permission))

    def narrowed(self, *, permissions: Iterable[str], prefix: str) -> "Scope":
        """Return the part of this scope inside `prefix` and `permissions` (for tokens)."""
        allowed = set(permissions)
        return Scope(
            prefixes={
                permission: shortest(
                    prefix if prefix.startswith(held) else held
                    for held in held_prefixes
                    if prefix.startswith(held) or held.startswith(prefix)
                )
                for permission, held_prefixes in self.prefixes.items()
                if permission in allowed
            }
        )


class ScopedQuerySet(models.QuerySet):
    """A query set that, inside a request, refuses to run until it was told for whom it reads.

    `scope_path` leads to the code of the association that owns the row and `view_permission` is what a
    reader needs there. Rows reached from a loaded instance (`association.terms`) count as scoped.
    """

    scope_path = "association__code"
    view_permission = Permission.VIEW_REGISTER
    _is_scoped = False

    def visible_to(self, user: "User", permission: Permission | None = None) -> Self:
        """Keep what the user may see (or may do `permission` to)."""
        prefixes = user.scope.prefixes_for(permission or self.view_permission)
        return self.filter(under_any(self.scope_path, prefixes)).scoped()

    def under(self, code: str) -> Self:
        """Keep the association `code` and all below it; the caller has loaded that association in scope."""
        return self.filter(**{f"{self.scope_path}__startswith": code}).scoped()

    def scoped(self) -> Self:
        """Mark as scoped by other means: a rule that must look wider, or keys that were loaded in scope."""
        clone = self._chain()
        clone._is_scoped = True
        return clone

    def _clone(self) -> Self:
        clone = super()._clone()
        clone._is_scoped = self._is_scoped
        return clone

    def _refuse_unscoped(self) -> None:
        if guarding.get() and not self._is_scoped and not self._hints.get("instance"):
            raise UnscopedQuery(f"{self.model.__name__} was read without visible_to()")

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._refuse_unscoped()
        super()._fetch_all()

    def _iterator(self, *args, **kwargs):
        self._refuse_unscoped()
        return super()._iterator(*args, **kwargs)

    def count(self) -> int:
        self._refuse_unscoped()
        return super().count()

    def exists(self) -> bool:
        self._refuse_unscoped()
        return super().exists()

    def aggregate(self, *args, **kwargs):
        self._refuse_unscoped()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs) -> int:
        self._refuse_unscoped()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._refuse_unscoped()
        return super().delete()
