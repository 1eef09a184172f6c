from django.urls import path

from . import views

app_name = "reports"
urlpatterns = [
    path("", views.report_list, name="list"),
    path("batches/<uuid:job_id>/", views.batch, name="batch"),
    path("batches/<uuid:job_id>/progress/", views.batch_progress, name="batch_progress"),
    path("jobs/<uuid:job_id>/", views.of_job, name="of_job"),
    path("<uuid:report_id>/", views.detail, name="detail"),
    path("<uuid:report_id>/progress/", views.progress, name="progress"),
    path("<uuid:report_id>/preview/", views.preview, name="preview"),
    path("<uuid:report_id>/files/<str:name>", views.file, name="file"),
]
