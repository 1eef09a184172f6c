from argparse import ArgumentParser

from django.core.management.base import CommandError

from associations.models import Association
from portal.accounts import actions
from portal.accounts.models import User
from portal.accounts.roles import Permission
from portal.lib.findings import RuleViolation
from portal.lib.maintenance import MaintenanceCommand


class Command(MaintenanceCommand):
    help = "Print a new API token of a user, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="name that the user signs in with")
        parser.add_argument("--days", type=int, required=True, help="days until it expires, 366 at most")
        parser.add_argument("--association", metavar="CODE", help="confine it to this association and below")
        parser.add_argument(
            "--permissions", nargs="+", choices=[str(permission) for permission in Permission], metavar="NAME"
        )
        parser.add_argument("--name", default="接口", help="what it is for")

    def handle(self, *, user: str, days: int, association: str | None, permissions, name: str, **_) -> None:
        owner = User.objects.select_related("association").filter(username=user).first()
        if owner is None:
            raise CommandError(f"没有用户“{user}”")
        place = Association.objects.filter(code=association).first() if association else owner.association
        if place is None:
            raise CommandError(
                f"没有代码为“{association}”的协会"
                if association
                else "用户没有所属协会，请用 --association 指明"
            )
        try:
            issued = actions.make_token(
                user=owner, association=place, days=days, name=name, permissions=permissions
            )
        except RuleViolation as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(issued.secret)
