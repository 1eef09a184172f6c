"""Put on record that a list with personal data leaves: who, how many rows, how filtered, which way."""

from collections.abc import Sequence

from django.http import QueryDict
from django_filters import CharFilter

from portal.accounts.models import User
from portal.audit.disclosures import record_disclosure
from portal.audit.enums import DisclosureChannel
from portal.lib.masks import mask_name

from .types import RecordType


def disclose(
    record_type: RecordType,
    *,
    row_count: int,
    query: QueryDict,
    channel: DisclosureChannel,
    by: User,
    code: str = "",
) -> None:
    """Write what leaves of a list, where its rows are about people; the caller sends it afterwards.

    `code` is the association whose rows alone are sent, where `under` does not say it.
    Raises: DisclosureNotRecorded.
    """
    if not record_type.is_personal:
        return
    held = by.scope.prefixes_for(record_type.view_permission)
    record_disclosure(
        user=by,
        kind=record_type.slug,
        channel=channel,
        row_count=row_count,
        query=query_words(query, record_type),
        codes=codes_within(held, code or query.get("under", "")),
    )


def query_words(query: QueryDict, record_type: RecordType) -> str:
    """Say what an address asks of a list, with masks over what was typed freely: it may spell a name."""
    filters = record_type.filters.base_filters
    known = (*filters, *record_type.listed_under, "association", "id", "sort", "column")
    return "&".join(
        f"{name}={mask_name(value) if isinstance(filters.get(name), CharFilter) else value}"
        for name in dict.fromkeys(known)
        for value in query.getlist(name)
        if value
    )


def codes_within(held: Sequence[str], code: str) -> Sequence[str]:
    """Narrow a reach to a place that lies in it."""
    return [code] if any(code.startswith(each) for each in held) else held
