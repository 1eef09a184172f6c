from django.core.management.base import CommandError

from associations.models import Association
from associations.register.checks import disagreements
from portal.lib.maintenance import MaintenanceCommand


class Command(MaintenanceCommand):
    help = "Prove that codes, levels, parents, rule scopes and successions agree; exit 1 with a list if not."

    def handle(self, **options) -> None:
        found = disagreements()
        for each in found:
            self.stderr.write(f"{each.rule}：{each.row}")
        if found:
            raise CommandError(f"名录有 {len(found)} 处不一致")
        self.stdout.write(f"名录一致：{Association.objects.count()} 个协会")
