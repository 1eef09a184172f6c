from django.db import models


class VenueKind(models.TextChoices):
    MEMBERS_HOME = "members-home", "会员之家"
    YOUTH_CLUB = "youth-club", "青春健康俱乐部"
    WARM_HOME = "warm-home", "暖心家园"
    FAMILY_HEALTH = "family-health", "家庭健康服务阵地"
    HEALTHY_BIRTH = "healthy-birth", "优生优育指导中心"
    CULTURE_PARK = "culture-park", "人口文化园"
    OTHER = "other", "其他"


class Recognition(models.TextChoices):
    """Which level named a venue a model (示范) for others."""

    NONE = "none", "无"
    NATIONAL = "national", "国家级示范"
    PROVINCE = "province", "省级示范"
    CITY = "city", "市级示范"
    COUNTY = "county", "县级示范"


class Essential(models.TextChoices):
    """The six things that a 暖心家园 is to have (六有)."""

    PLACE = "place", "场所"
    SIGN = "sign", "标识"
    RULES = "rules", "制度"
    PLAN = "plan", "计划"
    ACTIVITIES = "activities", "活动"
    UPKEEP = "upkeep", "管理"


class PartnerKind(models.TextChoices):
    MEDICAL = "medical", "医疗机构"
    SCHOOL = "school", "中小学校"
    UNIVERSITY = "university", "高校"
    ENTERPRISE = "enterprise", "企业"
    SOCIAL = "social", "社会组织"
    GOVERNMENT = "government", "党政部门"
    MASS_ORGANISATION = "mass-organisation", "群团组织"
    OTHER = "other", "其他"
