from dataclasses import dataclass
from enum import StrEnum


class Permission(StrEnum):
    """What a role allows inside the subtree of the association that it is granted on."""

    VIEW_REGISTER = "view-register"
    VIEW_STATISTICS = "view-statistics"
    VIEW_PEOPLE = "view-people"
    VIEW_FAMILIES = "view-families"
    EDIT_RECORDS = "edit-records"
    EDIT_FAMILIES = "edit-families"
    CLAIM = "claim"
    VERIFY = "verify"
    MAKE_REPORTS = "make-reports"
    MANAGE_POLICIES = "manage-policies"
    MANAGE_USERS = "manage-users"
    READ_AUDIT = "read-audit"


PERMISSION_NAMES = {
    Permission.VIEW_REGISTER: "查看协会名录",
    Permission.VIEW_STATISTICS: "查看看板和统计",
    Permission.VIEW_PEOPLE: "查看人员和会员",
    Permission.VIEW_FAMILIES: "查看计生特殊家庭",
    Permission.EDIT_RECORDS: "编辑档案",
    Permission.EDIT_FAMILIES: "编辑计生特殊家庭",
    Permission.CLAIM: "申报改革事项",
    Permission.VERIFY: "核实申报",
    Permission.MAKE_REPORTS: "生成报告",
    Permission.MANAGE_POLICIES: "管理政策文件",
    Permission.MANAGE_USERS: "管理用户和授权",
    Permission.READ_AUDIT: "查看操作记录",
}


@dataclass(frozen=True, kw_only=True)
class Role:
    """A named bundle of permissions; `codename` is the guardian permission on `Association`."""

    code: str
    name: str
    sentence: str
    permissions: frozenset[Permission]

    @property
    def codename(self) -> str:
        return f"act_as_{self.code}"


OFFICE = Role(
    code="office",
    name="办公室",
    sentence="查看并编辑本级及下级的档案，申报改革事项，上报报表",
    permissions=frozenset(
        {
            Permission.VIEW_REGISTER,
            Permission.VIEW_STATISTICS,
            Permission.VIEW_PEOPLE,
            Permission.EDIT_RECORDS,
            Permission.CLAIM,
            Permission.MAKE_REPORTS,
        }
    ),
)
VERIFIER = Role(
    code="verifier",
    name="核实人",
    sentence="核实或退回下级协会的申报和报表",
    permissions=frozenset(
        {
            Permission.VIEW_REGISTER,
            Permission.VIEW_STATISTICS,
            Permission.VERIFY,
            Permission.MAKE_REPORTS,
        }
    ),
)
LEADER = Role(
    code="leader",
    name="领导",
    sentence="查看本级及下级的看板、统计和报告，不含个人信息",
    permissions=frozenset({Permission.VIEW_REGISTER, Permission.VIEW_STATISTICS, Permission.MAKE_REPORTS}),
)
FAMILY = Role(
    code="family",
    name="帮扶专员",
    sentence="查看并编辑本级及下级的计生特殊家庭，每次查看均留痕",
    permissions=frozenset({Permission.VIEW_REGISTER, Permission.VIEW_FAMILIES, Permission.EDIT_FAMILIES}),
)
AUDITOR = Role(
    code="auditor",
    name="审计",
    sentence="查看本级及下级的操作记录，不能编辑",
    permissions=frozenset({Permission.VIEW_REGISTER, Permission.READ_AUDIT}),
)
ADMINISTRATOR = Role(
    code="administrator",
    name="管理员",
    sentence="管理本级及下级的用户、授权和政策文件，不接触业务档案",
    permissions=frozenset({Permission.VIEW_REGISTER, Permission.MANAGE_USERS, Permission.MANAGE_POLICIES}),
)

ROLES = (OFFICE, VERIFIER, LEADER, FAMILY, AUDITOR, ADMINISTRATOR)
ROLE_BY_CODE = {role.code: role for role in ROLES}
ROLE_BY_CODENAME = {role.codename: role for role in ROLES}
ROLE_PERMISSIONS = [(role.codename, role.name) for role in ROLES]
