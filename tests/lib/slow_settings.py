"""The portal's settings on the database of the tests, with a limit that a moment's work runs into."""

import os

from portal.settings import *  # noqa: F403
from portal.settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.lib.slow"]
DATABASES["default"]["NAME"] = os.environ["SLOW_DATABASE"]
DATABASES["default"]["OPTIONS"]["options"] = "-c statement_timeout=200ms -c lock_timeout=5s"
