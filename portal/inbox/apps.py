from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "portal.inbox"
    verbose_name = "消息"
