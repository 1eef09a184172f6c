import os

from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser

from portal.accounts.demo import make_demo_accounts
from portal.demo.loading import load
from portal.lib.findings import RuleViolation
from portal.lib.maintenance import MaintenanceCommand

DEFAULT_PREFIXES = ["36", "310107", "230402", "420902"]


class Command(MaintenanceCommand):
    help = "Load divisions, policies, made-up councils and reform histories, and the demo accounts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--prefix", nargs="+", action="extend", default=[], help="which subtrees")
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same rows")
        parser.add_argument("--scale", type=int, default=1, help="1: 300,000 memberships; 10: three million")

    def handle(self, *, prefix: list[str], seed: int, scale: int, **options) -> None:
        prefixes = prefix or DEFAULT_PREFIXES
        if scale < 1:
            raise CommandError("--scale 须为正整数")
        password = os.environ.get("DEMO_PASSWORD", "")
        if not password:
            raise CommandError("请用环境变量 DEMO_PASSWORD 给出演示账号的密码")
        # The whole list, unless somewhere is named: rules issued elsewhere want their places too.
        call_command("import_divisions", prefix=prefix, stdout=self.stdout)
        call_command("load_policies", stdout=self.stdout)
        try:
            load(prefixes, seed=seed, scale=scale, say=self.stdout.write)
        except RuleViolation as violation:
            raise CommandError(str(violation)) from violation
        self.stdout.write("演示账号 " + " ".join(make_demo_accounts(password)))
