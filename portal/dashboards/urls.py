from django.conf import settings
from django.urls import path

from . import views
from .gallery import gallery

app_name = "dashboards"
urlpatterns = [
    path("", views.home, name="overview"),
    path("overview/<str:code>/", views.node, name="node"),
]
if settings.DEBUG:
    urlpatterns.append(path("gallery/", gallery, name="gallery"))
