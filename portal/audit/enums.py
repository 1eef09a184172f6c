from django.db import models


class Channel(models.TextChoices):
    PAGE = "page", "页面"
    EXPORT = "export", "导出"
    API = "api", "接口"
    REPORT = "report", "报告"
