from portal.audit.sealing import seal_ended_days
from portal.lib.dates import now
from portal.lib.maintenance import MaintenanceCommand


class Command(MaintenanceCommand):
    help = (
        "Seals the days that have ended, as the scheduler does every hour; for days too large for a worker."
    )

    def handle(self, **options) -> None:
        for seal in seal_ended_days(at=now()):
            self.stdout.write(f"{seal.day} {seal.digest}")
