"""Made-up people: common surnames and given names joined by chance, nobody in particular."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from associations.enums import Constituency
from members.enums import Education, PoliticalStatus, Sex

SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高郑梁谢宋唐许韩邓冯曹彭曾萧田董潘袁蔡蒋余"
FEMALE = (
    "秀兰",
    "玉珍",
    "桂英",
    "晓燕",
    "丽娟",
    "海霞",
    "春梅",
    "雪琴",
    "文静",
    "佳怡",
    "思雨",
    "红霞",
    "美玲",
    "慧敏",
)
MALE = (
    "建国",
    "志强",
    "国平",
    "海涛",
    "文斌",
    "晓东",
    "立新",
    "俊杰",
    "永胜",
    "德明",
    "春生",
    "家明",
    "志远",
    "宏伟",
)
MIDDLE = ("", "", "小", "大", "新", "永")
ETHNICITIES = ("汉族",) * 47 + ("畲族", "回族", "土家族")
WORKPLACES = {
    Constituency.GRASSROOTS: (("村民委员会", "计生协小组长"), ("社区居委会", "网格员"), ("卫生院", "医生")),
    Constituency.SERVED: (("村民小组", "村民"), ("社区", "居民")),
    Constituency.ADMINISTRATION: (("卫生健康委员会", "科长"), ("财政局", "副局长"), ("民政局", "副局长")),
    Constituency.EXPERT: (("妇幼保健院", "主任医师"), ("医学院", "副教授")),
    Constituency.PROFESSION: (("中心医院", "护士长"), ("疾控中心", "主管医师")),
    Constituency.MASS_ORGANISATION: (("妇女联合会", "副主席"), ("总工会", "部长")),
    Constituency.ENTERPRISE: (("制衣公司", "工会主席"), ("电子公司", "人事经理")),
    Constituency.OTHER: (("中学", "教师"), ("律师事务所", "律师")),
}


@dataclass(frozen=True, kw_only=True)
class Invented:
    """The facts of a person, before anybody keeps them."""

    name: str
    sex: Sex
    born_on: date
    ethnicity: str
    political_status: PoliticalStatus
    education: Education
    workplace: str
    title: str
    phone: str


def invent(random: Random, *, place: str, constituency: Constituency) -> Invented:
    """Invent somebody of working age from the place who fits the constituency."""
    sex = random.choice((Sex.FEMALE, Sex.MALE))
    given = random.choice(MIDDLE) + random.choice(FEMALE if sex == Sex.FEMALE else MALE)
    organisation, title = random.choice(WORKPLACES[constituency])
    return Invented(
        name=random.choice(SURNAMES) + given[-2:],
        sex=sex,
        born_on=date(1962, 1, 1) + timedelta(days=random.randrange(36 * 365)),
        ethnicity=random.choice(ETHNICITIES),
        political_status=random.choice((PoliticalStatus.PARTY_MEMBER, PoliticalStatus.NONE)),
        education=random.choice((Education.SENIOR, Education.COLLEGE, Education.BACHELOR)),
        workplace=f"{place}{organisation}",
        title=title,
        # 199 0000 xxxx is kept for demonstrations here: no number of a person is ever made up.
        phone=f"1990000{random.randrange(10_000):04d}",
    )
