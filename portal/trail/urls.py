from django.urls import path

from . import files, views

app_name = "audit"
CSV, XLSX = {"suffix": "csv"}, {"suffix": "xlsx"}
urlpatterns = [
    path("", views.trail, name="trail"),
    path("export.csv", files.trail_file, CSV, name="trail_csv"),
    path("export.xlsx", files.trail_file, XLSX, name="trail_xlsx"),
    path("looks/", views.looks, name="looks"),
    path("looks/export.csv", files.looks_file, CSV, name="looks_csv"),
    path("looks/export.xlsx", files.looks_file, XLSX, name="looks_xlsx"),
    path("disclosures/", views.disclosures, name="disclosures"),
    path("disclosures/export.csv", files.disclosures_file, CSV, name="disclosures_csv"),
    path("disclosures/export.xlsx", files.disclosures_file, XLSX, name="disclosures_xlsx"),
    path("sign-ins/", views.sign_ins, name="sign_ins"),
    path("sign-ins/export.csv", files.sign_ins_file, CSV, name="sign_ins_csv"),
    path("sign-ins/export.xlsx", files.sign_ins_file, XLSX, name="sign_ins_xlsx"),
]
