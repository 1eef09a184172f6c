from django.urls import path

from .views import council, councils, notice_steps, queue, reform, reform_steps, sessions, supervision

app_name = "oversight"
COUNCIL = "associations/<str:code>/council/"
MILESTONE = "associations/<str:code>/reform/<slug:milestone>/"
urlpatterns = [
    path("councils/", councils.listed, name="councils"),
    path(COUNCIL, council.council, name="council"),
    path(f"{COUNCIL}terms/new/", council.term_new, name="term_new"),
    path(f"{COUNCIL}sessions/new/", sessions.new, name="session_new"),
    path(f"{COUNCIL}sessions/<int:pk>/", sessions.session, name="session"),
    path(f"{COUNCIL}people/", sessions.people, name="people"),
    path(f"{COUNCIL}appointments/<int:pk>/leave/", council.leave, name="leave"),
    path("reform/", reform.home, name="reform_home"),
    path("reform/queue/", queue.queue, name="queue"),
    path("reform/events/<int:pk>/file/", queue.file, name="file"),
    path("supervision/proposals/", supervision.proposals, name="proposals"),
    path("supervision/new/", supervision.new, name="notice_new"),
    path("supervision/<int:pk>/", notice_steps.notice, name="notice"),
    path("supervision/<int:pk>/<slug:step>/", notice_steps.step, name="notice_step"),
    path("supervision/steps/<int:pk>/file/", supervision.file, name="notice_file"),
    path("associations/<str:code>/reform/", reform.board, name="reform"),
    path(MILESTONE, reform.milestone, name="milestone"),
    path(f"{MILESTONE}claim/", reform_steps.claim, name="claim"),
    path(f"{MILESTONE}start/", reform_steps.start, name="start"),
    path(f"{MILESTONE}withdraw/", reform_steps.withdraw, name="withdraw"),
    path(f"{MILESTONE}verify/", reform_steps.verify, name="verify"),
    path(f"{MILESTONE}return/", reform_steps.return_, name="return"),
]
