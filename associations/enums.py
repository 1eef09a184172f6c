from datetime import date

from django.db import models

# The day on which the national association was founded: nothing of an association is older.
FIRST_DAY = date(1980, 5, 29)


class Level(models.IntegerChoices):
    PROVINCE = 1, "省"
    CITY = 2, "市"
    COUNTY = 3, "县"
    TOWNSHIP = 4, "乡"
    VILLAGE = 5, "村"
    UNIT = 6, "单位"


CODE_WIDTH = {Level.PROVINCE: 2, Level.CITY: 4, Level.COUNTY: 6, Level.TOWNSHIP: 9, Level.VILLAGE: 12}
DIVISION_LEVELS = tuple(CODE_WIDTH)


class Kind(models.TextChoices):
    DIVISION = "division", "行政区划"
    ENTERPRISE = "enterprise", "企业"
    SCHOOL = "school", "学校"
    GOVERNMENT = "government", "机关事业单位"
    NEW_ORGANISATION = "new-organisation", "两新组织"
    FLOATING = "floating", "流入地流动人口"
    AWAY = "away", "驻外流动人口"
    AREA = "area", "片区"
    TRADE = "trade", "行业"


class RegisterState(models.TextChoices):
    """What a list of the register keeps: all that ought to exist, or the part that does or does not."""

    DUE = "due", "应建"
    ESTABLISHED = "established", "已建"
    MISSING = "missing", "应建未建"


class PartyOrganisation(models.TextChoices):
    NONE = "none", "无"
    GROUP = "group", "党组"
    SUB_GROUP = "sub-group", "分党组"
    COMMITTEE = "committee", "党委"
    BRANCH = "branch", "党支部"


class SuccessionKind(models.TextChoices):
    RECODE = "recode", "变更代码"
    RENAME = "rename", "更名"
    MERGE = "merge", "合并"
    SPLIT = "split", "析出"


class Issue(models.TextChoices):
    ISSUED = "issued", "印发"
    FORWARDED = "forwarded", "转发"


class Visibility(models.TextChoices):
    PUBLIC = "public", "公开"
    INTERNAL = "internal", "内部"
    RESTRICTED = "restricted", "受限"


class Body(models.TextChoices):
    CONGRESS = "congress", "会员代表大会"
    COUNCIL = "council", "理事会"
    STANDING = "standing", "常务理事会"


class Post(models.TextChoices):
    PRESIDENT = "president", "会长"
    FIRST_VICE_PRESIDENT = "first-vice-president", "第一副会长"
    EXECUTIVE_VICE_PRESIDENT = "executive-vice-president", "常务副会长"
    FULL_TIME_VICE_PRESIDENT = "full-time-vice-president", "专职副会长"
    VICE_PRESIDENT = "vice-president", "副会长"
    SECRETARY_GENERAL = "secretary-general", "秘书长"
    DEPUTY_SECRETARY_GENERAL = "deputy-secretary-general", "副秘书长"
    STANDING_MEMBER = "standing-member", "常务理事"
    COUNCIL_MEMBER = "council-member", "理事"
    DELEGATE = "delegate", "会员代表"


_LEADING_BODIES = (Body.STANDING, Body.COUNCIL)
# A deputy secretary-general is staff and not, by that post alone, a member of a body (domain: 常务理事 and
# every president, vice-president and secretary-general).
BODIES_OF_POST: dict[Post, tuple[Body, ...]] = {
    Post.PRESIDENT: _LEADING_BODIES,
    Post.FIRST_VICE_PRESIDENT: _LEADING_BODIES,
    Post.EXECUTIVE_VICE_PRESIDENT: _LEADING_BODIES,
    Post.FULL_TIME_VICE_PRESIDENT: _LEADING_BODIES,
    Post.VICE_PRESIDENT: _LEADING_BODIES,
    Post.SECRETARY_GENERAL: _LEADING_BODIES,
    Post.DEPUTY_SECRETARY_GENERAL: (),
    Post.STANDING_MEMBER: _LEADING_BODIES,
    Post.COUNCIL_MEMBER: (Body.COUNCIL,),
    Post.DELEGATE: (Body.CONGRESS,),
}


class Constituency(models.TextChoices):
    GRASSROOTS = "grassroots", "基层一线"
    SERVED = "served", "服务对象"
    ADMINISTRATION = "administration", "行政部门"
    EXPERT = "expert", "专家学者"
    PROFESSION = "profession", "行业骨干"
    MASS_ORGANISATION = "mass-organisation", "群团组织"
    ENTERPRISE = "enterprise", "企业单位"
    OTHER = "other", "其他"


class Employment(models.TextChoices):
    FULL_TIME = "full-time", "专职"
    SECONDED = "seconded", "挂职"
    PART_TIME = "part-time", "兼职"
    HIRED = "hired", "聘用"
    PURCHASED = "purchased", "购买服务"


class Establishment(models.TextChoices):
    """编制: whose payroll a post is on."""

    ADMINISTRATIVE = "administrative", "行政编制"
    CIVIL_SERVICE = "civil-service", "参公编制"
    INSTITUTION = "institution", "事业编制"
    NONE = "none", "无编制"


class TransferMode(models.TextChoices):
    """How a department hands a function over."""

    DIRECT = "direct", "直接转移"
    PROJECT = "project", "项目运作"
    PURCHASE = "purchase", "购买服务"


class TransferExtent(models.TextChoices):
    WHOLE = "whole", "整体"
    PART = "part", "部分"


class TransferLack(models.TextChoices):
    """What did not come along with a function, or is not known to have."""

    STAFF = "staff", "未落实人随事走"
    MONEY = "money", "未落实费随事转"
    STAFF_UNKNOWN = "staff-unknown", "人员划转未填报"
    MONEY_UNKNOWN = "money-unknown", "经费划转未填报"


class Milestone(models.TextChoices):
    PLAN_ISSUED = "plan-issued", "改革方案出台"
    ROADMAP = "roadmap", "时间表路线图"
    LISTED = "listed", "入序"
    CIVIL_SERVICE = "civil-service", "参公"
    THREE_FIXES = "three-fixes", "三定"
    PARTY_GROUP = "party-group", "党组"
    VP_IN_PARTY_GROUP = "vp-in-party-group", "专职副会长进卫健委党组"
    POSTS_FIXED = "posts-fixed", "领导职数与内设机构核定"
    STAFFED = "staffed", "人员配齐"
    BUDGET = "budget", "经费纳入同级财政预算"
    BUDGET_GROWTH = "budget-growth", "合理增长机制"
    TRANSFER_LIST = "transfer-list", "职能转移清单"
    RE_ELECTION = "re-election", "按期换届"
    QUOTAS = "quotas", "基层一线比例达标"
    NETWORK = "network", "乡村两级组织健全"
    PARTY_BUILDING_REVIEW = "party-building-review", "纳入党建考核"
    RESPONSIBILITY_REVIEW = "responsibility-review", "纳入目标管理责任制考核"
    ONLINE = "online", "网上计生协"


COMPUTED_MILESTONES = (Milestone.QUOTAS, Milestone.RE_ELECTION, Milestone.NETWORK)


class MilestoneStep(models.TextChoices):
    STARTED = "started", "启动"
    CLAIMED = "claimed", "申报"
    RETURNED = "returned", "退回"
    VERIFIED = "verified", "核实"
    WITHDRAWN = "withdrawn", "撤回"


class MilestoneState(models.TextChoices):
    NOT_STARTED = "not-started", "未启动"
    IN_PROGRESS = "in-progress", "进行中"
    CLAIMED = "claimed", "已申报"
    RETURNED = "returned", "已退回"
    VERIFIED = "verified", "已核实"
    NOT_COMPUTED = "not-computed", "尚未计算"


class KeyTask(models.TextChoices):
    PUBLICITY = "publicity", "宣传教育"
    REPRODUCTIVE_HEALTH = "reproductive-health", "生殖健康咨询服务"
    HEALTHY_BIRTH = "healthy-birth", "优生优育指导"
    FAMILY_SUPPORT = "family-support", "计划生育家庭帮扶"
    RIGHTS = "rights", "权益维护"
    FLOATING_POPULATION = "floating-population", "流动人口服务"
    FAMILY_HEALTH = "family-health", "家庭健康促进"
