from django.urls import path

from associations.policies import changes as policy_changes
from associations.policies import views as policy_views

app_name = "policies"
urlpatterns = [
    path("", policy_views.listing, name="list"),
    path("new/", policy_changes.new, name="new"),
    path("<int:pk>/", policy_views.detail, name="detail"),
    path("<int:pk>/file/", policy_views.file, name="file"),
    path("<int:pk>/end/", policy_changes.end, name="end"),
    path("<int:pk>/<slug:family>/new/", policy_changes.new_rule, name="new_rule"),
    path("<int:pk>/<slug:family>/<int:rule_pk>/end/", policy_changes.end_rule, name="end_rule"),
]
