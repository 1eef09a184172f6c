from django.urls import path

from members.merging import views as merging

app_name = "members"
urlpatterns = [
    path("duplicates/", merging.duplicates, name="duplicates"),
    path("merges/", merging.merges, name="merges"),
    path("merges/<int:pk>/", merging.merged, name="merged"),
    path("people/<int:pk>/lookalikes/", merging.lookalikes, name="lookalikes"),
    path("people/<int:pk>/merge/", merging.merge, name="merge"),
    path("people/<int:pk>/distinct/", merging.distinct, name="distinct"),
]
