from django.urls import path

from .views import links, second_factor, sessions, sign_in

app_name = "accounts"
urlpatterns = [
    path("sign-in/", sign_in.SignIn.as_view(), name="sign_in"),
    path("sign-in/code/", sign_in.sign_in_code, name="sign_in_code"),
    path("sign-out/", sign_in.SignOut.as_view(), name="sign_out"),
    path("password/", sign_in.ChangePassword.as_view(), name="password"),
    path("link/", links.link, name="link"),
    path("link/open/", links.open_link, name="link_open"),
    path("second-factor/", second_factor.overview, name="second_factor"),
    path("second-factor/enrol/", second_factor.enrol, name="enrol"),
    path("second-factor/verify/", second_factor.verify, name="verify"),
    path("second-factor/codes/", second_factor.renew_codes, name="renew_codes"),
    path("second-factor/remove/", second_factor.remove, name="remove_factor"),
    path("sessions/", sessions.listing, name="sessions"),
    path("sessions/end-others/", sessions.end_others, name="end_other_sessions"),
    path("sessions/<int:pk>/end/", sessions.end, name="end_session"),
]
