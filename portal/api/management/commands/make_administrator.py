import secrets
from argparse import ArgumentParser

from django.core.management.base import CommandError
from django.db import transaction

from associations.models import Association
from portal.accounts import actions
from portal.accounts.roles import ADMINISTRATOR
from portal.lib.findings import RuleViolation
from portal.lib.maintenance import MaintenanceCommand


class Command(MaintenanceCommand):
    help = "Make the first administrator of an association; prints a password for one sign-in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="name to sign in with")
        parser.add_argument("--association", metavar="CODE", required=True, help="with all below it")
        parser.add_argument("--name", default="管理员", help="name that pages show")

    def handle(self, *, user: str, association: str, name: str, **_) -> None:
        place = Association.objects.filter(code=association).first()
        if place is None:
            raise CommandError(f"没有代码为“{association}”的协会")
        password = f"Gl-{secrets.token_hex(4)}-{secrets.token_hex(4)}"
        try:
            with transaction.atomic():
                made = actions.create_user(
                    username=user, name=name, association=place, password=password, by=None
                )
                actions.grant_role(user=made, role=ADMINISTRATOR, association=place, by=None)
        except RuleViolation as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(password)
