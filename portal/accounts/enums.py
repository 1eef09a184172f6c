from django.db import models


class UserState(models.TextChoices):
    ACTIVE = "active", "使用中"
    INVITED = "invited", "待设密码"
    DEACTIVATED = "deactivated", "已停用"


class LinkPurpose(models.TextChoices):
    INVITATION = "invitation", "邀请"
    RESET = "reset", "重设密码"


class SignInEnd(models.TextChoices):
    SIGNED_OUT = "signed-out", "已退出"
    TOO_LONG = "too-long", "满8小时自动退出"
    ENDED = "ended", "本人结束"
    ENDED_FROM_ABOVE = "ended-from-above", "管理员结束"
    PASSWORD = "password", "密码已改"
