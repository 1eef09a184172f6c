"""Where stored files are referred to: whoever sees a record may have its files, and nobody else."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Model

from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.accounts.scope import ScopedQuerySet

from .registry import registered
from .types import RecordType, rows_of


@dataclass(frozen=True, kw_only=True)
class FileSource:
    """A foreign key to stored files; `page_of` shows the record, `download_of` sends its file."""

    name: str
    model: type[Model]
    field: str
    related: tuple[str, ...]
    page_of: Callable[[Model], str]
    download_of: Callable[[Model], str]

    @property
    def label(self) -> str:
        return str(self.model._meta.verbose_name)

    @property
    def permission(self) -> Permission:
        return rows_of(self.model).view_permission

    def place_of(self, record: Model) -> str:
        """Name the association that owns a record: the one whose code its scope looks at."""
        for name in rows_of(self.model).scope_path.split("__")[:-1]:
            record = getattr(record, name)
        return str(record)

    def rows_with_files(self, user: User) -> ScopedQuerySet:
        """Return the records with a file that the user may see."""
        mine = rows_of(self.model).visible_to(user).filter(**{f"{self.field}__isnull": False})
        return mine.select_related(*self.related, self.field, f"{self.field}__uploaded_by")


_further: list[FileSource] = []


def register_files(*sources: FileSource) -> None:
    """Add models that refer to files and have no record pages."""
    _further.extend(sources)


def sources_of(user: User) -> list[FileSource]:
    """List the sources of which the user may see any record."""
    declared = [source for record_type in registered() for source in _sources_in(record_type)]
    return [source for source in (*declared, *_further) if user.scope.may(source.permission)]


def _sources_in(record_type: RecordType) -> Iterator[FileSource]:
    # A look at a sensitive record is put on record: its files stay on its own pages.
    for field in () if record_type.is_sensitive else record_type.file_fields:
        yield FileSource(
            name=f"{record_type.slug}-{field}",
            model=record_type.model,
            field=field,
            related=record_type.related,
            page_of=record_type.page_of,
            download_of=lambda record, field=field: record_type.url("file", record.pk, field),
        )
