"""Pages of the stored files that a user may have, newest first, gathered from the records that name them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from django.db.models import Model, Q

from portal.accounts.models import User

from .file_sources import FileSource
from .file_types import FILE_TYPES
from .models import StoredFile

TYPE_NAMES = {kind.content_type: kind.name for kind in FILE_TYPES}


@dataclass(frozen=True, kw_only=True)
class FileFilter:
    """What a list of files is narrowed to; an empty value does not narrow."""

    text: str = ""
    under: str = ""
    content_type: str = ""


@dataclass(frozen=True, kw_only=True, order=True)
class FilePlace:
    """Where a use of a file stands in the list; a file that several records name stands there for each."""

    file: int
    source: str
    record: int


@dataclass(frozen=True, kw_only=True)
class FileUse:
    """A stored file in the record that names it."""

    file: StoredFile
    record: Model
    source: FileSource

    @property
    def type_name(self) -> str:
        return TYPE_NAMES.get(self.file.content_type, self.file.content_type)

    @property
    def association(self) -> str:
        return self.source.place_of(self.record)

    @property
    def place(self) -> FilePlace:
        return FilePlace(file=self.file.pk, source=self.source.name, record=self.record.pk)


@dataclass(frozen=True, kw_only=True)
class FilePage:
    """Uses of files, newest file first; `following` is behind the last of them while there are more."""

    uses: tuple[FileUse, ...]
    following: FilePlace | None


def file_page(
    user: User, *, sources: Iterable[FileSource], wanted: FileFilter, after: FilePlace | None, size: int
) -> FilePage:
    """Cut one page out of all files, by one statement for each source."""
    found = chain.from_iterable(
        _uses(source, user, wanted=wanted, after=after, size=size) for source in sources
    )
    uses = sorted(found, key=lambda use: use.place, reverse=True)[: size + 1]
    shown = uses[:size]
    following = shown[-1].place if len(uses) > size else None
    return FilePage(uses=tuple(shown), following=following)


def _uses(
    source: FileSource, user: User, *, wanted: FileFilter, after: FilePlace | None, size: int
) -> Sequence[FileUse]:
    rows = source.rows_with_files(user).filter(_wanted(source.field, wanted))
    if wanted.under:
        rows = rows.under(wanted.under)
    if after:
        rows = rows.filter(_behind(source, after))
    newest_first = rows.order_by(f"-{source.field}_id", "-pk")[: size + 1]
    return [FileUse(file=getattr(row, source.field), record=row, source=source) for row in newest_first]


def _wanted(field: str, wanted: FileFilter) -> Q:
    condition = Q()
    if wanted.text:
        condition &= Q(**{f"{field}__name__icontains": wanted.text})
    if wanted.content_type:
        condition &= Q(**{f"{field}__content_type": wanted.content_type})
    return condition


def _behind(source: FileSource, after: FilePlace) -> Q:
    older = Q(**{f"{source.field}_id__lt": after.file})
    same = Q(**{f"{source.field}_id": after.file})
    if source.name == after.source:
        return older | (same & Q(pk__lt=after.record))
    return older | same if source.name < after.source else older
