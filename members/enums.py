from django.db import models


class Sex(models.TextChoices):
    FEMALE = "female", "女"
    MALE = "male", "男"


class PoliticalStatus(models.TextChoices):
    PARTY_MEMBER = "party-member", "中共党员"
    PROBATIONARY = "probationary", "中共预备党员"
    LEAGUE_MEMBER = "league-member", "共青团员"
    OTHER_PARTY = "other-party", "民主党派"
    NONE = "none", "群众"


class Education(models.TextChoices):
    PRIMARY = "primary", "小学及以下"
    JUNIOR = "junior", "初中"
    SENIOR = "senior", "高中(中专)"
    COLLEGE = "college", "大专"
    BACHELOR = "bachelor", "本科"
    POSTGRADUATE = "postgraduate", "研究生"


class Entry(models.TextChoices):
    ELECTED = "elected", "选举"
    CO_OPTED = "co-opted", "增补"
    ADJUSTED = "adjusted", "调整"


class Exit(models.TextChoices):
    RE_ELECTION = "re-election", "换届"
    LEFT = "left", "卸任"
    ADJUSTED = "adjusted", "调整"
    DECEASED = "deceased", "去世"


class TermState(models.TextChoices):
    NONE = "none", "未建"
    IN_TERM = "in-term", "届内"
    DUE_SOON = "due-soon", "六个月内届满"
    OVERDUE = "overdue", "届满未换届"
    LONG_OVERDUE = "long-overdue", "超期十二个月以上"
