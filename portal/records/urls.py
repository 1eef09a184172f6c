from collections.abc import Iterator

from django.urls import URLPattern, path

from .registry import registered
from .types import RecordType
from .views import bulk, editing, ending, lists, records, revealing

PAGES = (
    ("list", "", lists.listing),
    ("export_csv", "export.csv", lists.export_csv),
    ("export_xlsx", "export.xlsx", lists.export_xlsx),
    ("detail", "<int:pk>/", records.detail),
    ("edit", "<int:pk>/edit/", editing.edit),
    ("history", "<int:pk>/history/", records.history),
    ("restore", "<int:pk>/history/<int:version_pk>/", records.restore),
)


def patterns_of(record_type: RecordType) -> Iterator[URLPattern]:
    pages = list(PAGES)
    if record_type.form_creates:
        pages.append(("create", "new/", editing.create))
    if record_type.bulk_fields:
        pages.append(("bulk", "bulk/", bulk.bulk))
    if record_type.masks:
        pages.append(("reveal", "<int:pk>/reveal/", revealing.reveal))
    if record_type.ending:
        pages.append(("end", "<int:pk>/end/", ending.end))
    if record_type.deletes:
        pages.append(("delete", "<int:pk>/delete/", ending.delete))
    for name, route, view in pages:
        yield path(
            f"{record_type.slug}/{route}",
            view,
            {"record_type": record_type},
            name=f"{record_type.slug}_{name}",
        )


app_name = "records"
urlpatterns = [pattern for record_type in registered() for pattern in patterns_of(record_type)]
