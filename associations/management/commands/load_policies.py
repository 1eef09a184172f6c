from django.core.management.base import CommandError

from associations.policies.pack_loading import PackResult, load_packs
from associations.policies.packs import PackError, read_packs
from portal.lib.findings import RuleViolation
from portal.lib.maintenance import MaintenanceCommand


class Command(MaintenanceCommand):
    help = "Load the policy packs whose issuers are in the register; loading them again changes nothing."

    def handle(self, **options) -> None:
        try:
            results = load_packs(read_packs())
        except (PackError, RuleViolation) as error:
            raise CommandError(f"没有载入任何政策文件：{error}") from error
        for result in results:
            self.stdout.write(line_of(result))


def line_of(result: PackResult) -> str:
    if not result.is_loaded:
        return f"{result.name}  跳过：名录中没有发文地区 {'、'.join(result.missing)}"
    missing = f"；名录中没有 {'、'.join(result.missing)}，相关依据或规定未载入" if result.missing else ""
    return f"{result.name}  新增文件 {result.documents_added}，新增规定 {result.rules_added}{missing}"
