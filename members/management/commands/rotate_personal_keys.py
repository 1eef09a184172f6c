from django.core.management.base import BaseCommand, CommandError, CommandParser

from members.key_rotation import rotate_id_numbers


class Command(BaseCommand):
    help = "Seal the ID numbers with the newest key of PERSONAL_DATA_KEYS; may be stopped and run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=1000, help="how many rows a transaction takes")

    def handle(self, *, batch: int, **options) -> None:
        if batch < 1:
            raise CommandError("--batch 须为正整数")
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
        self.stdout.write(f"完成：共 {seen} 条，{sealed} 条换新密钥，旧密钥可以停用")
