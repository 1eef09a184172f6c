from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from .records import routes as record_routes
from .views import councils, exports, imports, register, reports, verdicts

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api:schema", template_name="api/docs.html"),
        name="docs",
    ),
    path("associations/", register.Associations.as_view(), name="associations"),
    path("associations/<str:code>/", register.AssociationDetail.as_view(), name="association"),
    path("associations/<str:code>/overview/", verdicts.Overview.as_view(), name="overview"),
    path("associations/<str:code>/quotas/", verdicts.Quotas.as_view(), name="quotas"),
    path("associations/<str:code>/quotas/what-if/", verdicts.WhatIf.as_view(), name="what_if"),
    path("associations/<str:code>/council/", verdicts.Council.as_view(), name="council"),
    path("associations/<str:code>/reform/", verdicts.Reform.as_view(), name="reform"),
    path("milestones/", councils.MilestoneEvents.as_view(), name="milestones"),
    path("reports/", reports.Reports.as_view(), name="reports"),
    path("reports/<uuid:key>/", reports.ReportDetail.as_view(), name="report"),
    path("reports/<uuid:key>/files/<str:name>", reports.ReportFileDownload.as_view(), name="report_file"),
    path("exports/", exports.Exports.as_view(), name="exports"),
    path("exports/<uuid:key>/", exports.ExportDetail.as_view(), name="export"),
    path("exports/<uuid:key>/file/", exports.ExportDownload.as_view(), name="export_file"),
    path("imports/", imports.Imports.as_view(), name="imports"),
    path("imports/templates/<slug:import_slug>/", imports.ImportTemplate.as_view(), name="import_template"),
    path("imports/<uuid:key>/", imports.ImportDetail.as_view(), name="import"),
    path("imports/<uuid:key>/errors/", imports.ImportErrors.as_view(), name="import_errors"),
    path("imports/<uuid:key>/check/", imports.ImportCheck.as_view(), name="import_check"),
    path("imports/<uuid:key>/confirm/", imports.ImportConfirm.as_view(), name="import_confirm"),
    path("imports/<uuid:key>/undo/", imports.ImportUndo.as_view(), name="import_undo"),
    path("jobs/<uuid:key>/", reports.JobDetail.as_view(), name="job"),
    *record_routes.patterns(),
]
