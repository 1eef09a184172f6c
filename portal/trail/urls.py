from django.urls import path

from . import views

app_name = "audit"
CSV, XLSX = {"suffix": "csv"}, {"suffix": "xlsx"}
urlpatterns = [
    path("", views.trail, name="trail"),
    path("export.csv", views.trail_file, CSV, name="trail_csv"),
    path("export.xlsx", views.trail_file, XLSX, name="trail_xlsx"),
    path("looks/", views.looks, name="looks"),
    path("looks/export.csv", views.looks_file, CSV, name="looks_csv"),
    path("looks/export.xlsx", views.looks_file, XLSX, name="looks_xlsx"),
    path("sign-ins/", views.sign_ins, name="sign_ins"),
    path("sign-ins/export.csv", views.sign_ins_file, CSV, name="sign_ins_csv"),
    path("sign-ins/export.xlsx", views.sign_ins_file, XLSX, name="sign_ins_xlsx"),
]
