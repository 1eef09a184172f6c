from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from portal.lib.filters import refuse_unknown
from portal.lib.keyset import newest_first

from . import actions
from .forms import MessageFilter
from .models import Message

PAGE_SIZE = 50


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    form = MessageFilter(request.GET)
    refuse_unknown(request, form)
    rows = form.apply(Message.objects.visible_to(request.user))
    page = newest_first(rows, by="created_at", request=request, size=PAGE_SIZE)
    return render(request, "inbox/list.html", {"page": page, "form": form})


@require_POST
def open_message(request: HttpRequest, key: UUID) -> HttpResponse:
    message = Message.objects.visible_to(request.user).filter(pk=key).first()
    if message is None:
        raise Http404("没有这条消息，或您无权查看")
    actions.mark_read(message)
    return redirect(message.url or "inbox:list")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    count = actions.mark_all_read(request.user)
    messages.success(request, f"已将 {count} 条消息标为已读。")
    return redirect("inbox:list")
