from contextlib import nullcontext

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from portal.lib import database_programs, migrated
from portal.lib.database_roles import RoleRefused, become_owner, has_two_roles, make_application_role
from portal.lib.maintenance import MaintenanceCommand
from portal.lib.sealed_columns import record_keys

# What asks for less than all migrations, or for a look at them.
PARTIAL = ("app_label", "plan", "check_unapplied", "fake")


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
        # A database that somebody configured is made by the migrations themselves.
        is_own_and_whole = settings.EMBEDDED and not any(options[name] for name in PARTIAL)
        with template_of(connection) if is_own_and_whole else nullcontext():
            super().handle(*args, **options)
        # The portal starts all the same, and /readyz says so: people read on while the keys are looked for.
        for fault in record_keys().values():
            self.stderr.write(fault)


def template_of(connection):
    template = settings.MIGRATED_DIR / f"{migrated.fingerprint(migrated.sources())}.dump"
    return migrated.filled_once(database_programs.dsn(connection.settings_dict), template)
