from argparse import ArgumentTypeError
from datetime import date

from django.core.management.base import CommandError

from portal.audit.checking import check_trail
from portal.lib.dates import DayError, parse_day
from portal.lib.maintenance import MaintenanceCommand


def day(text: str) -> date:
    try:
        return parse_day(text)
    except DayError as error:
        raise ArgumentTypeError(str(error)) from error


class Command(MaintenanceCommand):
    help = "Proves that the sealed audit trail was not changed, and prints the digest to keep elsewhere."

    def add_arguments(self, parser) -> None:
        parser.add_argument(
            "--from", dest="since", type=day, metavar="DAY", help="read rows from this day on"
        )
        parser.add_argument("--expect", default="", metavar="DIGEST", help="a digest that was kept elsewhere")

    def handle(self, *, since: date | None, expect: str, **options) -> None:
        verdict = check_trail(since=since, expected=expect)
        for fault in verdict.faults:
            self.stdout.write(str(fault))
        erased = f"，其中 {verdict.erased} 行的个人信息已依申请清除" if verdict.erased else ""
        self.stdout.write(f"核对了 {verdict.days} 天、{verdict.rows} 行{erased}")
        if verdict.faults:
            raise CommandError(f"操作记录与封存不符：{len(verdict.faults)} 处", returncode=1)
        self.stdout.write(f"摘要 {verdict.head or '（还没有封存）'}")
