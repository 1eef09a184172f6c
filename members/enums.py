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


class MemberKind(models.TextChoices):
    INDIVIDUAL = "individual", "个人会员"
    ORGANISATION = "organisation", "团体会员"


class MemberCategory(models.TextChoices):
    CHILDBEARING = "childbearing", "育龄群众"
    FIVE_ELDERS = "five-elders", "五老"
    ENTREPRENEUR = "entrepreneur", "企业家代表"
    VILLAGER = "villager", "村民代表"
    PACESETTER = "pacesetter", "致富能人"
    MEDICAL = "medical", "医务人员"
    TEACHER = "teacher", "教师"
    FLOATING = "floating", "流动人口"
    OTHER = "other", "其他"


class LeaveReason(models.TextChoices):
    RESIGNED = "resigned", "本人申请退会"
    TRANSFERRED = "transferred", "转会"
    MOVED = "moved", "迁出"
    CLEARED = "cleared", "重新登记未续"
    REMOVED = "removed", "除名"
    DECEASED = "deceased", "去世"
    DISSOLVED = "dissolved", "单位撤销"


class TransferState(models.TextChoices):
    WAITING = "waiting", "待接收"
    ACCEPTED = "accepted", "已接收"
    DECLINED = "declined", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"
    EXPIRED = "expired", "已过期"


class ClearingState(models.TextChoices):
    OPEN = "open", "进行中"
    CLOSING = "closing", "正在办结"
    CLOSED = "closed", "已办结"


class ClearingVerdict(models.TextChoices):
    STAYS = "stays", "已核对"
    LEAVES = "leaves", "待退会"


class Skill(models.TextChoices):
    COUNSELLING = "counselling", "心理咨询"
    SOCIAL_WORK = "social-work", "社会工作"
    LEGAL_AID = "legal-aid", "法律援助"
    REPRODUCTIVE_HEALTH = "reproductive-health", "生殖健康"


class FamilyKind(models.TextChoices):
    BEREAVED = "bereaved", "失独"
    DISABLED = "disabled", "伤残"
    HARDSHIP = "hardship", "困难"
    FLOATING = "floating", "流动"
    LEFT_BEHIND = "left-behind", "留守"


class Kinship(models.TextChoices):
    HUSBAND = "husband", "丈夫"
    WIFE = "wife", "妻子"
    CHILD = "child", "子女"
    PARENT = "parent", "父母"
    GRANDCHILD = "grandchild", "孙辈"
    OTHER = "other", "其他"


class LifeState(models.TextChoices):
    WELL = "well", "健在"
    DISABLED = "disabled", "伤残"
    ILL = "ill", "患病"
    DECEASED = "deceased", "去世"


class ContactDuty(models.TextChoices):
    TOWNSHIP = "township", "乡镇(街道)干部"
    VILLAGE = "village", "村(社区)干部"


class VisitKind(models.TextChoices):
    ROUTINE = "routine", "日常走访"
    FESTIVAL = "festival", "节日看望"
    BIRTHDAY = "birthday", "生日陪伴"
    HOSPITAL = "hospital", "住院探望"
    EMERGENCY = "emergency", "突发事件"


class HelpKind(models.TextChoices):
    MONEY = "money", "慰问金"
    GOODS = "goods", "慰问品"
    MEDICAL = "medical", "医疗救助"
    SCHOOLING = "schooling", "助学"
    COUNSELLING = "counselling", "心理疏导"
    WORK = "work", "生产帮扶"


class RequestKind(models.TextChoices):
    COPY = "copy", "查阅复制"
    CORRECTION = "correction", "更正"
    RESTRICTION = "restriction", "冻结"
    RELEASE = "release", "解除冻结"
    ERASURE = "erasure", "删除"


class IdentityCheck(models.TextChoices):
    ID_CARD = "id-card", "当面核验身份证"
    HOUSEHOLD_BOOK = "household-book", "核验户口簿"
    PROXY = "proxy", "核验委托书和受托人身份证"
    KNOWN = "known", "经办人当面认识本人"
    OFFICE = "office", "协会依职权办理"
