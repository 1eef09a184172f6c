"""The accounts of the demo; a real installation never has them."""

from django.apps import apps
from django.db import transaction

from . import actions
from .models import User
from .roles import ADMINISTRATOR, AUDITOR, FAMILY, LEADER, OFFICE, VERIFIER, Role

CLERK = (OFFICE, VERIFIER)
# User name → (shown name, roles, codes that they are granted on); the first code is where the user belongs.
ACCOUNTS: dict[str, tuple[str, tuple[Role, ...], tuple[str, ...]]] = {
    "admin": ("演示管理员", (ADMINISTRATOR,), ("36", "31", "23")),
    "jx_office": ("江西省办公室", CLERK, ("36",)),
    "jx_leader": ("江西省领导", (LEADER,), ("36",)),
    "nc_office": ("南昌市办公室", CLERK, ("3601",)),
    "dh_office": ("东湖区办公室", CLERK, ("360102",)),
    "dh_leader": ("东湖区领导", (LEADER,), ("360102",)),
    "dh_family": ("东湖区帮扶专员", (FAMILY,), ("360102",)),
    "pt_office": ("普陀区办公室", CLERK, ("310107",)),
    "xy_office": ("向阳区办公室", CLERK, ("230402",)),
    "auditor": ("江西省审计", (AUDITOR,), ("36",)),
    "api_client": ("江西省统计系统", (LEADER,), ("36",)),
}


@transaction.atomic
def make_demo_accounts(password: str) -> list[str]:
    """Make the demo's accounts, or give those that exist this password; return their names.

    An account is left out where the register lacks its associations.
    """
    register = apps.get_model("associations", "Association").objects.in_bulk(
        sorted({code for _, _, codes in ACCOUNTS.values() for code in codes}), field_name="code"
    )
    made = []
    for username, (name, roles, codes) in ACCOUNTS.items():
        places = [register[code] for code in codes if code in register]
        if not places:
            continue
        user = _account(username, name=name, association=places[0], password=password)
        for place in places:
            for role in roles:
                actions.grant_role(user=user, role=role, association=place, by=None)
        made.append(username)
    return made


def _account(username: str, *, name: str, association, password: str) -> User:
    user, _ = User.objects.get_or_create(
        username=username, defaults={"name": name, "association": association}
    )
    if not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    return user
