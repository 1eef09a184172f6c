from collections.abc import Iterator

from django.urls import URLPattern, path

from . import views
from .requests import SUBJECTS, offers_for


def patterns() -> Iterator[URLPattern]:
    for record_type in SUBJECTS:
        slug = record_type.slug
        yield path(f"{slug}/<int:pk>/", views.rights, {"record_type": record_type}, name=f"{slug}_rights")
        for offer in offers_for(record_type):
            yield path(
                f"{slug}/<int:pk>/{offer.kind}/",
                views.handle,
                {"record_type": record_type, "offer": offer},
                name=f"{slug}_{offer.kind}",
            )


app_name = "privacy"
urlpatterns = [
    path("catalogue/", views.catalogue, name="catalogue"),
    path("requests/", views.requests, name="requests"),
    *patterns(),
]
