from django.db import models


class Channel(models.TextChoices):
    PAGE = "page", "页面"
    EXPORT = "export", "导出"
    API = "api", "接口"
    REPORT = "report", "报告"
    REVEAL = "reveal", "查看完整信息"
    COPY = "copy", "本人副本"
    MATCH = "match", "核对"


class DisclosureChannel(models.TextChoices):
    """By which a list with personal data leaves the portal."""

    EXPORT = "export", "列表导出"
    DOWNLOAD = "download", "下载后台导出"
    API = "api", "接口"
    ERRORS = "errors", "导入错误工作簿"
    TRAIL = "trail", "操作记录导出"
    COPY = "copy", "本人副本"


# By which somebody learns what a mask hides elsewhere: they are shown it, or told whether they guessed it.
WHOLE = (Channel.REVEAL, Channel.COPY, Channel.MATCH)
