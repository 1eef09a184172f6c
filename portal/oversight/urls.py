from django.urls import path

from .views import queue, reform, reform_steps

app_name = "oversight"
MILESTONE = "associations/<str:code>/reform/<slug:milestone>/"
urlpatterns = [
    path("reform/", reform.home, name="reform_home"),
    path("reform/queue/", queue.queue, name="queue"),
    path("reform/events/<int:pk>/file/", queue.file, name="file"),
    path("associations/<str:code>/reform/", reform.board, name="reform"),
    path(MILESTONE, reform.milestone, name="milestone"),
    path(f"{MILESTONE}claim/", reform_steps.claim, name="claim"),
    path(f"{MILESTONE}start/", reform_steps.start, name="start"),
    path(f"{MILESTONE}withdraw/", reform_steps.withdraw, name="withdraw"),
    path(f"{MILESTONE}verify/", reform_steps.verify, name="verify"),
    path(f"{MILESTONE}return/", reform_steps.return_, name="return"),
]
