from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from .securing import secure


class AuditConfig(AppConfig):
    name = "portal.audit"
    verbose_name = "操作记录"

    def ready(self) -> None:
        import_module("portal.audit.checks")
        post_migrate.connect(secure_after_migrate, sender=self, dispatch_uid="secure_after_migrate")


def secure_after_migrate(*, using: str, plan: Any = None, **kwargs: Any) -> None:
    secure(connections[using])
