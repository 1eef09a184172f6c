"""Writes of saved filters: kept, named anew, dropped; each user's own."""

from django.db import transaction
from django.http import QueryDict

from portal.accounts.models import User

from .lists import readable
from .models import SavedFilter
from .saving import refusal, save_record
from .types import RecordType

MOST_OF_A_LIST = 30


@transaction.atomic
def save_filter(*, record_type: RecordType, name: str, query: QueryDict, by: User) -> SavedFilter:
    """Keep the conditions of a list under a name.

    Raises: RuleViolation for a name that is taken, and beyond thirty filters of a list.
    """
    # One after the other: two requests at once do not both find room.
    User.objects.scoped().select_for_update(no_key=True).get(pk=by.pk)
    if SavedFilter.objects.of(by).of_list(record_type.slug).count() >= MOST_OF_A_LIST:
        message = f"每个列表最多保存 {MOST_OF_A_LIST} 个筛选，请先删除不用的"
        raise refusal(message, code="too_many", field="name")
    kept = SavedFilter(
        user=by, slug=record_type.slug, name=name, query=readable(query, record_type).urlencode()
    )
    save_record(kept)
    return kept


def rename(*, saved: SavedFilter, name: str) -> None:
    """Give a filter another name.

    Raises: RuleViolation for a name that is taken.
    """
    saved.name = name
    save_record(saved)


def delete(*, saved: SavedFilter) -> None:
    """Drop a filter; nothing rests on it."""
    saved.delete()
