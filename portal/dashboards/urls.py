from django.conf import settings
from django.urls import path

from .gallery import gallery

app_name = "dashboards"
urlpatterns = []
if settings.DEBUG:
    urlpatterns.append(path("gallery/", gallery, name="gallery"))
