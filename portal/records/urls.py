from collections.abc import Iterator

from django.urls import URLPattern, path

from .registry import registered
from .types import RecordType
from .views import bulk, editing, ending, exports, files, lists, records, revealing, saved_filters

LISTS = (
    ("list", "", lists.listing),
    ("export_csv", "export.csv", exports.export_csv),
    ("export_xlsx", "export.xlsx", exports.export_xlsx),
)
WRITING = (
    ("edit", "<int:pk>/edit/", editing.edit),
    ("restore", "<int:pk>/history/<int:version_pk>/", records.restore),
)


def patterns_of(record_type: RecordType) -> Iterator[URLPattern]:
    pages = [*LISTS, *(WRITING if record_type.form else ())]
    if record_type.is_tracked:
        pages.append(("history", "<int:pk>/history/", records.history))
    if record_type.own_page is None:
        pages.append(("detail", "<int:pk>/", records.detail))
    if record_type.file_fields:
        pages.append(("file", "<int:pk>/files/<slug:field>/", files.file))
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
urlpatterns = [
    path("files/", files.listing, name="files"),
    path("exports/", exports.export_list, name="exports"),
    path("exports/<uuid:export_id>/file", exports.file, name="export_file"),
    path("exports/<uuid:export_id>/retry/", exports.retry, name="export_retry"),
    path("filters/", saved_filters.saved_filters, name="saved_filters"),
    path("filters/<int:pk>/", saved_filters.saved_filter, name="saved_filter"),
    *(pattern for record_type in registered() for pattern in patterns_of(record_type)),
]
