"""What happened to a record: every version that the database kept, with who made it and what it changed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter

from django.contrib.postgres.fields import ArrayField
from django.db.models import Field, ForeignKey, Model, QuerySet
from pghistory.models import Event

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.dates import BEIJING

from .reach import OUT_OF_SCOPE, foreign_keys, hide_unreached, reached_keys
from .types import RecordType

SHOWN = 100
LABELS = {"insert": "新增", "update": "修改", "delete": "删除"}


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One field of two versions, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """One version of a record; `differences` are to the version before it."""

    key: int
    at: datetime
    who: str
    what: str
    purpose: str
    differences: tuple[Difference, ...]
    differs_now: bool


def shown_fields(model: type[Model]) -> list[Field]:
    """List the fields that people fill in; keys, versions and sealed values are the program's own."""
    return [field for field in model._meta.concrete_fields if field.editable and not field.primary_key]


def changes_of(record: Model, *, record_type: RecordType, user: User) -> list[Change]:
    """List what changed in a record, newest first; at most the last 100 versions.

    Versions in which nothing changed that people fill in, and that say no purpose, are left out.
    `differs_now` says that the version differs from the record of today in a field of the form.
    """
    events = list(_versions(record)[: SHOWN + 1])
    words = words_of(record_type, [*events, record], user=user)
    names = _names_of(events, user=user)
    older = [*events[1:], None] if len(events) <= SHOWN else events[1:]
    changes = (
        Change(
            key=event.pk,
            at=event.pgh_created_at,
            who=names.get(_user_key(event), "系统"),
            what=LABELS[event.pgh_label],
            purpose=str(_metadata(event).get("purpose", "")),
            differences=words.differences(before, event),
            differs_now=bool(words.differences(event, record, only=record_type.form_fields)),
        )
        for event, before in zip(events, older, strict=False)
    )
    return [change for change in changes if change.differences or change.purpose]


def last_change(record: Model, *, user: User) -> tuple[str, datetime]:
    """Return who saved the record last, as the user may know it, and when."""
    event = _versions(record)[0]
    return _names_of([event], user=user).get(_user_key(event), "系统"), event.pgh_created_at


def version_of(record: Model, key: int) -> Event | None:
    """Return one kept version of the record."""
    return _versions(record).filter(pk=key).first()


def differences_to(version: Model, *, record: Model, record_type: RecordType, user: User) -> list[Difference]:
    """List what a restore of the version would change in the record."""
    words = words_of(record_type, [version, record], user=user)
    return list(words.differences(record, version, only=record_type.form_fields))


@dataclass(frozen=True, kw_only=True)
class Words:
    """The fields of some versions of a record in words.

    `masks` hide fields by name; `named` are the names of what foreign keys refer to, by field and key, and
    what is not among them is not named.
    """

    fields: Sequence[Field]
    masks: Mapping[str, Callable[[str], str]]
    named: Mapping[str, Mapping[int, str]]

    def of(self, version: Model | None, field: Field) -> str:
        """Say a field of a version, masked where the type says so."""
        mask = self.masks.get(field.name, str)
        return mask(self._plain(version, field)) if version else ""

    def _plain(self, version: Model, field: Field) -> str:
        value = getattr(version, field.attname)
        if value in (None, "", []):
            return ""
        if isinstance(field, ForeignKey):
            return self.named[field.name].get(value, OUT_OF_SCOPE)
        if isinstance(field, ArrayField):
            labels = dict(field.base_field.flatchoices)
            return "、".join(str(labels.get(each, each)) for each in value)
        if isinstance(value, bool):
            return "是" if value else "否"
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        if isinstance(value, datetime):
            return f"{value.astimezone(BEIJING):%Y-%m-%d %H:%M}"
        return value.isoformat() if isinstance(value, date) else str(value)

    def differences(
        self, before: Model | None, after: Model, *, only: Sequence[str] = ()
    ) -> tuple[Difference, ...]:
        fields = [field for field in self.fields if not only or field.name in only]
        return tuple(
            Difference(
                label=str(field.verbose_name), before=self.of(before, field), after=self.of(after, field)
            )
            for field in fields
            # Compared as they are: two numbers may look the same behind their masks.
            if (self._plain(before, field) if before else "") != self._plain(after, field)
        )


def words_of(record_type: RecordType, versions: Sequence[Model], *, user: User) -> Words:
    """Return the words for some versions, the record as it is now last.

    Records out of the user's scope are not named, and fields that the user may not read are left out.
    """
    fields = [
        field
        for field in shown_fields(record_type.model)
        if record_type.may_read(field.name, versions[-1], user=user)
    ]
    named = _related(fields, versions, user=user)
    return Words(fields=fields, masks=record_type.masks, named=named)


def _related(fields: Sequence[Field], versions: Sequence[Model], *, user: User) -> dict[str, dict[int, str]]:
    keys = [field for field in fields if isinstance(field, ForeignKey)]
    return {
        field.name: _names(
            field.related_model, {getattr(each, field.attname) for each in versions}, user=user
        )
        for field in keys
    }


def _names(model: type[Model], keys: set[int | None], *, user: User) -> dict[int, str]:
    reached = reached_keys(model, {key: None for key in keys if key is not None}, user=user)
    found = model._base_manager.in_bulk(list(reached))
    # One may be named by another that the reader does not reach.
    hide_unreached(found.values(), user=user, keys=[field.name for field in foreign_keys(model)])
    return {key: str(each) for key, each in found.items()}


def _versions(record: Model) -> QuerySet[Event]:
    # `tracked` gives every record its events; the class that makes them is known at run time only.
    newest_first: QuerySet[Event] = (
        attrgetter("events")(record).select_related("pgh_context").order_by("-pgh_id")
    )
    return newest_first


def _metadata(event: Event) -> dict[str, object]:
    context = attrgetter("pgh_context")(event)
    metadata: dict[str, object] = context.metadata if context else {}
    return metadata


def _user_key(event: Event) -> int | None:
    key = _metadata(event).get("user")
    return key if isinstance(key, int) else None


def _names_of(events: Sequence[Event], *, user: User) -> dict[int | None, str]:
    """Name the people of the reader's own offices; of others, who had the record before, the office."""
    keys = {_user_key(event) for event in events} - {None}
    authors = User.objects.scoped().select_related("association").in_bulk(list(keys))
    return {key: _name_of(author, user=user) for key, author in authors.items()}


def _name_of(author: User, *, user: User) -> str:
    code = author.association.code if author.association else ""
    is_near = author.pk == user.pk or user.scope.covers(Permission.VIEW_REGISTER, code)
    return str(author) if is_near else author.office
