from django.db import models


class Topic(models.TextChoices):
    CLAIM = "claim", "改革申报"
    TERM = "term", "届期"
    GRANT = "grant", "授权"
    NOTICE = "notice", "督办"
    TRANSFER = "transfer", "转会"
    JOB = "job", "后台任务"
