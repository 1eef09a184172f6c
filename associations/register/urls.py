from django.urls import path

from associations.register import change_views
from associations.register import views as register_views

app_name = "associations"
urlpatterns = [
    path("", register_views.listing, name="list"),
    path("picker/", register_views.picker, name="picker"),
    path("<slug:code>/", register_views.detail, name="detail"),
    path("<slug:code>/establish/", change_views.establish, name="establish"),
    path("<slug:code>/dissolve/", change_views.dissolve, name="dissolve"),
    path("<slug:code>/units/new/", change_views.found_unit, name="found_unit"),
    path("<slug:code>/rename/", change_views.rename, name="rename"),
    path("<slug:code>/recode/", change_views.recode, name="recode"),
    path("<slug:code>/merge/", change_views.merge, name="merge"),
    path("<slug:code>/split/", change_views.split, name="split"),
]
