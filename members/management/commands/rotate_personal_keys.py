from django.core.management.base import CommandError, CommandParser

from members.key_rotation import rotate_id_numbers
from portal.lib.key_checks import forget, record, recorded
from portal.lib.keys import SEARCH, newest, place_of, ring_name
from portal.lib.maintenance import MaintenanceCommand
from portal.lib.sealed_columns import key_ids_in_use, record_keys


class Command(MaintenanceCommand):
    help = "Seal the ID numbers with the newest key of PERSONAL_DATA_KEYS; may be stopped and run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=1000, help="how many rows a transaction takes")

    def handle(self, *, batch: int, **options) -> None:
        if batch < 1:
            raise CommandError("--batch 须为正整数")
        if faults := record_keys():
            raise CommandError("\n".join(["没有更换任何密钥：", *faults.values()]))
        seen = sealed = 0
        unreadable: list[int] = []
        for step in rotate_id_numbers(batch_size=batch):
            seen += step.seen
            sealed += step.sealed
            unreadable += step.unreadable
            self.stdout.write(f"已检查 {seen}，已换新密钥 {sealed}")
        if unreadable:
            shown = "、".join(str(key) for key in unreadable[:20])
            raise CommandError(
                f"有 {len(unreadable)} 条身份证号现有密钥都打不开，旧密钥不可停用：人员 {shown}"
            )
        self.let_go()
        self.stdout.write(f"完成：共 {seen} 条，{sealed} 条换新密钥，旧密钥可以停用")

    def let_go(self) -> None:
        """Let the older keys be missing from now on, unless something was sealed with one meanwhile."""
        older = recorded().keys() - {SEARCH, newest()}
        if left := {ring_name(key_id) for key_id in key_ids_in_use()} - {newest()}:
            places = "、".join(sorted(map(place_of, left)))
            raise CommandError(f"仍有内容由{places}加密，旧密钥不可停用；请重启所有服务，再运行一次")
        record(newest())
        forget(*older)
