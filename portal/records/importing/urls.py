from django.urls import path

from . import views

app_name = "imports"
urlpatterns = [
    path("", views.batch_list, name="list"),
    path("new/", views.new, name="new"),
    path("templates/<slug:import_slug>.xlsx", views.template_file, name="template"),
    path("jobs/<uuid:job_id>/", views.of_job, name="of_job"),
    path("<uuid:pk>/", views.detail, name="detail"),
    path("<uuid:pk>/progress/", views.progress, name="progress"),
    path("<uuid:pk>/errors.xlsx", views.errors, name="errors"),
    path("<uuid:pk>/check/", views.check, name="check"),
    path("<uuid:pk>/confirm/", views.confirm, name="confirm"),
    path("<uuid:pk>/undo/", views.undo, name="undo"),
]
