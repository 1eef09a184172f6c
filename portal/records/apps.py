from django.apps import AppConfig


class RecordsConfig(AppConfig):
    name = "portal.records"
    verbose_name = "记录"
