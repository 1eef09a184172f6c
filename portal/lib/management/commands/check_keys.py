from typing import Any

from django.core.management.base import CommandError, CommandParser

from portal.lib.key_checks import forget, proofs, record
from portal.lib.keys import SEARCH, check_values, newest
from portal.lib.maintenance import MaintenanceCommand
from portal.lib.sealed_columns import proven_faults, record_keys


class Command(MaintenanceCommand):
    help = "Prove that the keys in the settings are those of this database; exit 1 with a list if not."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--accept-loss",
            action="store_true",
            help="go on without the keys that do not fit; what they sealed stays closed for good",
        )

    def handle(self, *, accept_loss: bool, **options: Any) -> None:
        if accept_loss:
            self.accept_loss()
        faults = record_keys()
        for place in proofs():
            self.stdout.write(f"{place}：相符")
        if faults:
            raise CommandError("\n".join(faults.values()))

    def accept_loss(self) -> None:
        lost = proven_faults()
        if reused := (lost.keys() & check_values().keys()) - {SEARCH}:
            names = "、".join(sorted(name.partition(":")[2] for name in reused))
            raise CommandError(f"请先给新的密钥另起一个编号：编号 {names} 已用于另一把密钥")
        forget(*lost)
        record(SEARCH, newest())
        for fault in lost.values():
            self.stdout.write(f"已放弃：{fault}")
