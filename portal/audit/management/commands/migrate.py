from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from portal.lib.database_roles import RoleRefused, become_owner, has_two_roles, make_application_role
from portal.lib.maintenance import MaintenanceCommand
from portal.lib.sealed_columns import record_keys


class Command(MaintenanceCommand, migrate.Command):
    help = "Django's migrate, as the owner of the tables; makes the application's role, which may do less."
    lock_attempts = 20

    def handle(self, *args, **options) -> None:
        connection = connections[options["database"]]
        become_owner(connection)
        if has_two_roles():
            try:
                make_application_role(connection)
            except RoleRefused as refused:
                raise CommandError(str(refused)) from refused
        super().handle(*args, **options)
        # The portal starts all the same, and /readyz says so: people read on while the keys are looked for.
        for fault in record_keys().values():
            self.stderr.write(fault)
