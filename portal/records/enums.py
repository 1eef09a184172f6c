from django.db import models


class Category(models.TextChoices):
    """How much a piece of personal data weighs; identity and health are sensitive (个人信息保护法 28)."""

    WORK = "work", "工作信息"
    ORDINARY = "ordinary", "一般"
    SENSITIVE = "sensitive", "敏感"
    IDENTITY = "identity", "敏感（特定身份）"
    HEALTH = "health", "敏感（医疗健康）"


class Disposal(models.TextChoices):
    """What an erasure does with a field."""

    KEEP = "keep", "保留"
    BLANK = "blank", "清空"
    REPLACE = "replace", "改为固定文字"
