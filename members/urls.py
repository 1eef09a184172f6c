from django.urls import path

from members.clearing import views as clearing
from members.merging import views as merging
from members.transfers import request_views as requests
from members.transfers import views as transfers

from . import views

app_name = "members"
urlpatterns = [
    path("find/", views.find_person, name="find_person"),
    path("found/", views.people_found, name="people_found"),
    path("rounds/", clearing.rounds, name="rounds"),
    path("rounds/new/", clearing.round_new, name="round_new"),
    path("rounds/<int:pk>/", clearing.round_list, name="round"),
    path("rounds/<int:pk>/mark/", clearing.mark, name="round_mark"),
    path("rounds/<int:pk>/progress/", clearing.progress, name="round_progress"),
    path("rounds/<int:pk>/close/", clearing.close, name="round_close"),
    path("duplicates/", merging.duplicates, name="duplicates"),
    path("merges/", merging.merges, name="merges"),
    path("merges/<int:pk>/", merging.merged, name="merged"),
    path("people/<int:pk>/lookalikes/", merging.lookalikes, name="lookalikes"),
    path("people/<int:pk>/merge/", merging.merge, name="merge"),
    path("people/<int:pk>/distinct/", merging.distinct, name="distinct"),
    path("memberships/transfer/", transfers.transfer_many, name="transfer_many"),
    path("memberships/<int:pk>/transfer/", transfers.transfer, name="transfer"),
    path("memberships/<int:pk>/transfer/request/", requests.request_new, name="request_new"),
    path("transfers/", requests.requests, name="requests"),
    path("transfers/<int:pk>/", requests.request_detail, name="request"),
    path("transfers/<int:pk>/accept/", requests.accept, name="accept"),
    path("transfers/<int:pk>/decline/", requests.decline, name="decline"),
    path("transfers/<int:pk>/withdraw/", requests.withdraw, name="withdraw"),
]
