from django.db import models


class BatchState(models.TextChoices):
    """Where a batch stands; whether its job still waits, runs or has failed is told by the job."""

    CHECKING = "checking", "检查中"
    INVALID = "invalid", "有错误"
    READY = "ready", "待确认"
    WRITING = "writing", "导入中"
    DONE = "done", "已完成"
    UNDOING = "undoing", "撤销中"
    UNDONE = "undone", "已撤销"
