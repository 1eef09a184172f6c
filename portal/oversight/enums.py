from django.db import models


class NoticeKind(models.TextChoices):
    """What a supervision notice is about."""

    OVERDUE_MILESTONE = "overdue-milestone", "逾期改革事项"
    QUOTA = "quota", "比例不达标"
    MISSING_LINK = "missing-link", "断层"
    HOLLOW = "hollow", "虚化"
    OTHER = "other", "其他"


class NoticeStep(models.TextChoices):
    FOUND = "found", "发现"
    NOTICED = "noticed", "督办"
    ANSWERED = "answered", "回复"
    RETURNED = "returned", "退回"
    RAISED = "raised", "提请"
    CLOSED = "closed", "办结"
    WITHDRAWN = "withdrawn", "撤销"


class NoticeState(models.TextChoices):
    """Where a notice stands after its last step, whose value it shares."""

    FOUND = "found", "待发文"
    NOTICED = "noticed", "待回复"
    ANSWERED = "answered", "待审核"
    RETURNED = "returned", "待补充"
    RAISED = "raised", "已提请上级"
    CLOSED = "closed", "已办结"
    WITHDRAWN = "withdrawn", "已撤销"


AWAITS_ANSWER = (NoticeState.NOTICED, NoticeState.RETURNED)
ENDED = (NoticeState.CLOSED, NoticeState.WITHDRAWN)
