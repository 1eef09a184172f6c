#!/usr/bin/env python
"""Django's commands, with the embedded services running for as long as the command does."""

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line

from portal.lib.embedded.services import borrowed

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    with borrowed(settings.DATA_DIR, needed=settings.NEEDED_SERVICES):
        execute_from_command_line(sys.argv)
