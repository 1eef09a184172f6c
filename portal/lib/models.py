from django.db import models


class KeyCheck(models.Model):
    """By which a key proves that it is the one this database was filled with; see `keys.check_values`."""

    name = models.CharField("密钥", max_length=150, unique=True)
    value = models.CharField("校验值", max_length=64)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "密钥校验值"

    def __str__(self) -> str:
        return self.name
