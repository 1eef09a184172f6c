"""The record type of venues."""

from portal.records import columns
from portal.records.registry import register
from portal.records.types import Column, Ending, RecordType
from tasks.enums import Essential, VenueKind
from tasks.filters import VenueFilters
from tasks.forms import VenueForm
from tasks.models import Venue


def essentials_words(venue: Venue) -> str:
    """Say which of the six a warm home has; of other venues nothing is asked."""
    if venue.kind != VenueKind.WARM_HOME:
        return ""
    has = [str(each.label) for each in Essential if each in venue.essentials]
    return f"{len(has)}/{len(Essential)}：{'、'.join(has)}" if has else f"0/{len(Essential)}"


VENUES = RecordType(
    slug="venues",
    model=Venue,
    related=("association",),
    columns=(
        columns.text("name", "名称"),
        columns.choice("kind", "类型"),
        columns.text("address", "地址"),
        columns.decimal("area", "面积(平方米)"),
        columns.choice("recognition", "示范级别"),
        Column(name="essentials", label="六有", read=essentials_words),
        columns.day("opened_on", "启用日期"),
        columns.day("closed_on", "停用日期", is_shown=False),
        columns.text("facilities", "设施", is_shown=False),
        columns.masked("phone", "联系电话", is_shown=False),
        *columns.place(),
        columns.key(),
    ),
    order="code",
    filters=VenueFilters,
    form=VenueForm,
    parents=("association",),
    bulk_fields=("recognition",),
    ending=Ending(label="停用", fields=("closed_on",)),
    deletes=True,
)

register(VENUES)
