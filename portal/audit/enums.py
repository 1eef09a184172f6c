from django.db import models


class Channel(models.TextChoices):
    PAGE = "page", "页面"
    EXPORT = "export", "导出"
    API = "api", "接口"
    REPORT = "report", "报告"
    REVEAL = "reveal", "查看完整信息"
    COPY = "copy", "本人副本"


# By which values are shown that a mask hides elsewhere.
WHOLE = (Channel.REVEAL, Channel.COPY)
