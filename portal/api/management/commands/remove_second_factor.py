from argparse import ArgumentParser

from django.core.management.base import CommandError

from portal.accounts import second_factor
from portal.accounts.models import User
from portal.lib.maintenance import MaintenanceCommand


class Command(MaintenanceCommand):
    help = "Take away the lost second factor of an administrator who has nobody above them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="name that the user signs in with")

    def handle(self, *, user: str, **_) -> None:
        owner = User.objects.filter(username=user).first()
        if owner is None or second_factor.device_of(owner) is None:
            raise CommandError(f"没有用户“{user}”，或该用户没有设置手机验证码")
        second_factor.remove_from_above(user=owner, by=None)
        self.stdout.write("已解除；下次办理授权等事项时须重新设置")
