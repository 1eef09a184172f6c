from django.core.management.base import CommandError
from django.db import connection

from portal.audit.securing import secure
from portal.lib.database_roles import RoleRefused, become_owner, has_two_roles, make_application_role
from portal.lib.maintenance import MaintenanceCommand


class Command(MaintenanceCommand):
    help = "Makes the application's role and grants it what it may do, as migrate does; after a restore."
    lock_attempts = 20

    def handle(self, *args, **options) -> None:
        become_owner(connection)
        if not has_two_roles():
            raise CommandError("DATABASE_URL and MIGRATION_DATABASE_URL name the same role")
        try:
            make_application_role(connection)
        except RoleRefused as refused:
            raise CommandError(str(refused)) from refused
        secure(connection)
