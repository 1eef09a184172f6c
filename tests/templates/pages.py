"""Addresses that the frame links to, so that the gallery can be drawn without the rest of the portal."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from portal.dashboards.gallery import gallery


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def pages(app_name, **routes):
    return include(([path(route, page, name=name) for name, route in routes.items()], app_name))


urlpatterns = [
    path("gallery/", gallery),
    path("", pages("dashboards", overview="")),
    path("", pages("oversight", councils="councils/", reform_home="reform/", queue="reform/queue/")),
    path(
        "accounts/",
        pages(
            "accounts",
            sign_in="sign-in/",
            sign_out="sign-out/",
            password="password/",
            second_factor="second-factor/",
            sessions="sessions/",
            users="users/",
        ),
    ),
    path("associations/", pages("associations", list="")),
    path("policies/", pages("policies", list="")),
    path("reports/", pages("reports", list="")),
]
