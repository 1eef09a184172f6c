from django.apps import AppConfig


class TrailConfig(AppConfig):
    name = "portal.trail"
    verbose_name = "操作记录查询"
