from pathlib import Path

from django.core.management.base import CommandError

from associations.models import Association
from portal.lib.dates import DayError, parse_day, today
from portal.lib.maintenance import MaintenanceCommand
from portal.reports import making
from portal.reports.models import ReportFormat, ReportKind


class Command(MaintenanceCommand):
    help = "Make a report of an association and what lies below it, without a worker."

    def add_arguments(self, parser):
        parser.add_argument("kind", choices=ReportKind.values)
        parser.add_argument("code", help="code of the association, such as 360102")
        parser.add_argument("--on", default="", help="as of this day, YYYY-MM-DD; today unless given")
        parser.add_argument("--format", default="pdf,xlsx,json", help="comma-separated: pdf, xlsx, json")
        parser.add_argument("--out", type=Path, required=True, help="folder for the files")

    def handle(self, *, kind, code, on, out, **options):
        formats = self.formats(options["format"])
        day = self.day(on)
        association = Association.objects.select_related("parent").filter(code=code).first()
        if association is None:
            raise CommandError(f"没有代码为 {code} 的协会")
        content = making.build(ReportKind(kind), association, on=day, made_on=today())
        out.mkdir(parents=True, exist_ok=True)
        for file in making.files_of(content, formats):
            (out / file.name).write_bytes(file.content)
            self.stdout.write(str(out / file.name))

    def formats(self, text):
        wanted = text.split(",")
        unknown = sorted(set(wanted) - set(ReportFormat.values))
        if unknown:
            raise CommandError(f"没有这种格式：{'、'.join(unknown)}；可选 {'、'.join(ReportFormat.values)}")
        return wanted

    def day(self, text):
        try:
            return parse_day(text) if text else today()
        except DayError as error:
            raise CommandError(str(error)) from error
