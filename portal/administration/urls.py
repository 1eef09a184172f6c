"""All addresses of accounts: one's own pages, and those about other people's.

Both answer to the name `accounts`, so that a page is called the same wherever it is drawn.
"""

from django.urls import path

from portal.accounts import urls as own

from .views import grants, teams, tokens, users

app_name = own.app_name
urlpatterns = [
    *own.urlpatterns,
    path("users/", users.listing, name="users"),
    path("users/invite/", users.invite, name="invite"),
    path("users/<int:pk>/", users.detail, name="user"),
    path("users/<int:pk>/edit/", users.edit, name="user_edit"),
    path("users/<int:pk>/link/", users.new_link, name="user_link"),
    path("users/<int:pk>/grant/", grants.new, name="grant_new"),
    path("users/<int:pk>/<slug:deed>/", users.do, name="user_deed"),
    path("grants/", grants.listing, name="grants"),
    path("grants/<int:pk>/prolong/", grants.prolong, name="grant_prolong"),
    path("grants/<int:pk>/end/", grants.end, name="grant_end"),
    path("teams/", teams.listing, name="teams"),
    path("teams/new/", teams.new, name="team_new"),
    path("teams/<int:pk>/", teams.detail, name="team"),
    path("teams/<int:pk>/remove/", teams.remove_member, name="team_remove"),
    path("teams/<int:pk>/grant/", teams.new_grant, name="team_grant_new"),
    path("team-grants/<int:pk>/end/", teams.end_grant, name="team_grant_end"),
    path("tokens/", tokens.listing, name="tokens"),
    path("tokens/new/", tokens.new, name="token_new"),
    path("tokens/<int:pk>/revoke/", tokens.revoke, name="token_revoke"),
]
