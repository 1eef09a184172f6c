from pathlib import Path

from django.core.management.base import CommandError, CommandParser

from associations.register import imports
from portal.lib.dates import DayError, parse_day
from portal.lib.findings import RuleViolation
from portal.lib.maintenance import MaintenanceCommand


class Command(MaintenanceCommand):
    help = "Load the official list of divisions into the register; loading it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=imports.OFFICIAL_LIST)
        parser.add_argument("--prefix", nargs="+", action="extend", default=[], help="only these subtrees")
        parser.add_argument("--on", help="the day from which added divisions are due")

    def handle(self, *, file: Path, prefix: list[str], on: str | None, **options) -> None:
        try:
            counts = imports.import_divisions(file, prefixes=prefix, due_from=parse_day(on) if on else None)
        except DayError as error:
            raise CommandError(str(error)) from error
        except RuleViolation as violation:
            lines = "\n".join(finding.message for finding in violation.findings)
            raise CommandError(f"没有导入任何内容：\n{lines}") from violation
        for count in counts:
            self.stdout.write(
                f"{count.level.label}  名录 {count.listed}  新增 {count.added}  更名 {count.renamed}"
                f"  非建制 {count.skipped}"
            )
