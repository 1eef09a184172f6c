from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest

from portal.accounts.roles import Permission
from portal.audit import looks
from portal.audit.enums import Channel

from .models import Export, SavedFilter, StoredFile
from .subjects import lock_of
from .types import MOST_DIGITS, RecordType, rows_of


def require(request: HttpRequest, permission: Permission) -> None:
    """Let nobody on who holds the permission nowhere.

    Raises: Http404.
    """
    if not request.user.scope.may(permission):
        raise Http404("没有这个页面，或您无权查看")


def load_record(
    request: HttpRequest, record_type: RecordType, pk: int, permission: Permission | None = None
) -> Model:
    """Return a record that the user may see (and do `permission` to), and put the look at it on record.

    Raises: Http404, missing and forbidden alike; PermissionDenied for a permission where the data of whom the
    record is about are frozen or erased; LookNotRecorded.
    """
    record = find_record(request, record_type, pk, permission)
    if permission and (lock := lock_of(record)):
        raise PermissionDenied(f"该记录的个人信息{lock}，不能修改")
    record_looks(request, record_type, [record], channel=Channel.PAGE)
    return record


def find_record(
    request: HttpRequest, record_type: RecordType, pk: int, permission: Permission | None = None
) -> Model:
    """Return a record that the user may see (and do `permission` to); missing and forbidden look alike.

    Raises: Http404.
    """
    mine = record_type.records().visible_to(request.user)
    if permission:
        mine = mine.visible_to(request.user, permission)
    record = mine.filter(pk=pk).first()
    if record is None:
        raise Http404(f"没有这条{record_type.label}记录，或您无权查看")
    return record


def file_in(record: Model, field: str, *, record_type: RecordType) -> StoredFile:
    """Return the file that a field of a loaded record holds.

    Raises: Http404 where there is none, or no such field.
    """
    stored = getattr(record, field) if field in record_type.file_fields else None
    if stored is None:
        raise Http404("该记录没有这份附件")
    return stored


def load_parent(request: HttpRequest, record_type: RecordType) -> tuple[str, Model] | None:
    """Return the foreign key and the record that the address names as the parent of a new record, or nothing.

    Raises: Http404 when it is missing or the user may not edit it; both look alike.
    """
    name = next((each for each in record_type.parents if each in request.GET), "")
    if not name:
        return None
    key = request.GET.get(name, "")
    mine = rows_of(record_type.parent_of(name)).visible_to(request.user, record_type.edit_permission)
    parent = mine.filter(pk=int(key)).first() if key.isdecimal() and len(key) < MOST_DIGITS else None
    if parent is None:
        raise Http404("没有这条记录，或您无权查看")
    return name, parent


def load_export(request: HttpRequest, key: UUID) -> Export:
    """Return an export of the user's own; those of others do not exist.

    Raises: Http404.
    """
    found = Export.objects.of(request.user).select_related("job").filter(pk=key).first()
    if found is None:
        raise Http404("没有这项导出")
    return found


def load_saved_filter(request: HttpRequest, key: int) -> SavedFilter:
    """Return a saved filter of the user's own; those of others do not exist.

    Raises: Http404.
    """
    found = SavedFilter.objects.of(request.user).filter(pk=key).first()
    if found is None:
        raise Http404("没有这个筛选")
    return found


def record_looks(
    request: HttpRequest, record_type: RecordType, records: Iterable[Model], *, channel: Channel
) -> None:
    """Put on record that the user is shown these records, where their type is sensitive."""
    if record_type.is_sensitive:
        looks.record_looks(user=request.user, records=records, code_of=record_type.code_of, channel=channel)
