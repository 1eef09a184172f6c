from django.urls import URLPattern, URLResolver, include, path

from portal.api import health

urlpatterns: list[URLPattern | URLResolver] = [
    *(path(address, page) for address, page in health.PAGES.items()),
    path("", include("portal.dashboards.urls")),
    path("", include("portal.oversight.urls")),
    path("accounts/", include("portal.administration.urls")),
    path("api/v1/", include("portal.api.urls")),
    path("inbox/", include("portal.inbox.urls")),
    path("jobs/", include("portal.jobs.urls")),
    path("reports/", include("portal.reports.urls")),
    path("members/", include("members.urls")),
    path("audit/", include("portal.trail.urls")),
    path("records/", include("portal.records.urls")),
    path("personal-data/", include("members.privacy.urls")),
    path("imports/", include("portal.records.importing.urls")),
    path("associations/", include("associations.register.urls")),
    path("policies/", include("associations.policies.urls")),
]

handler400 = "portal.api.errors.bad_request"
handler403 = "portal.api.errors.forbidden"
handler404 = "portal.api.errors.not_found"
handler500 = "portal.api.errors.server_error"
