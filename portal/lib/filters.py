"""The filters in a list's address: what the list does not know is refused, and never ignored."""

from django import forms
from django.core.exceptions import BadRequest
from django.http import HttpRequest

# What the address of every list may say besides its filters.
ALWAYS = frozenset({"on", "after", "before"})


def refuse_unknown(request: HttpRequest, form: forms.Form, *others: str) -> None:
    """Refuse parameters that are neither in the form nor among `others`, and choices that a field has not.

    A filter that was ignored would show more than was asked for. What somebody typed into a box stays the
    form's to mark.
    Raises: BadRequest.
    """
    unknown = sorted(set(request.GET) - ALWAYS - set(form.fields) - set(others))
    if unknown:
        raise BadRequest(f"这个列表没有“{unknown[0][:40]}”这项条件，请用页面上的筛选重新查询。")
    for name, errors in form.errors.as_data().items():
        if any(error.code == "invalid_choice" for error in errors):
            label, value = form.fields[name].label, request.GET[name][:40]
            raise BadRequest(f"“{label}”没有“{value}”这个选项，请用页面上的筛选重新查询。")
