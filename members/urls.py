from django.urls import path

from . import views

app_name = "members"
urlpatterns = [
    path("find/", views.find_person, name="find_person"),
    path("found/", views.people_found, name="people_found"),
]
