from django import forms

from .enums import Topic
from .models import MessageQuerySet


class MessageFilter(forms.Form):
    topic = forms.ChoiceField(label="类型", required=False, choices=[("", "全部"), *Topic.choices])
    unread = forms.BooleanField(label="只看未读", required=False)

    def apply(self, rows: MessageQuerySet) -> MessageQuerySet:
        if not self.is_valid():
            return rows.none()
        rows = rows.on(self.cleaned_data["topic"]) if self.cleaned_data["topic"] else rows
        return rows.unread() if self.cleaned_data["unread"] else rows
