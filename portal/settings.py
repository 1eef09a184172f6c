"""All settings of the portal. Environment variables are the only input; `.env.example` lists them."""

from logging import DEBUG as DEBUG_LEVEL
from pathlib import Path
from urllib.parse import unquote

from celery.schedules import crontab
from csp.constants import NONE, SELF
from environ import Env
from kombu import Queue

from portal.lib.embedded import places
from portal.lib.env import kept_secret, read_key, read_keyring, read_rate, sign_in
from portal.lib.logs import json_logging

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

# Where it runs. Without DATABASE_URL it brings its own services: a demo, a test, a developer's machine.
DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).absolute()
FILES_DIR = DATA_DIR / "files"
MIGRATED_DIR = BASE_DIR / "var" / "migrated"  # beside the code and not the data: tests have data of their own
EMBEDDED = not env.str("DATABASE_URL", default="")
NEEDED_SERVICES = places.Needed(database=EMBEDDED, broker=not env.str("REDIS_URL", default=""))
HTTPS = env.bool("HTTPS", default=not (DEBUG or EMBEDDED))
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def secret(name: str) -> str:
    """Production names its secrets; elsewhere one is made at random and kept beside the data."""
    if DEBUG or EMBEDDED:
        return env.str(name, default="") or kept_secret(DATA_DIR / "secrets" / name.lower())
    return env.str(name)


SECRET_KEY = secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
PERSONAL_DATA_SEARCH_KEY = read_key("PERSONAL_DATA_SEARCH_KEY", secret("PERSONAL_DATA_SEARCH_KEY"))
if env.str("PERSONAL_DATA_KEYS", default="") or not (DEBUG or EMBEDDED):
    PERSONAL_DATA_KEYS = read_keyring("PERSONAL_DATA_KEYS", env.str("PERSONAL_DATA_KEYS"))
else:
    PERSONAL_DATA_KEYS = read_keyring("PERSONAL_DATA_KEYS", f"local:{secret('PERSONAL_DATA_KEY')}")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "guardian",
    "rest_framework",
    "django_filters",
    "django_htmx",
    "template_partials",
    "pgtrigger",
    "pghistory",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_structlog",
    "csp",
    "portal.lib",
    "portal.accounts",
    "portal.audit",
    "portal.inbox",
    "portal.jobs",
    "portal.records",
    "associations",
    "members",
    "tasks",
    "portal.trail",
    "portal.oversight",
    "portal.reports",
    "portal.dashboards",
    "portal.api",
    "portal.demo",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.lib.middleware.RequestLogMiddleware",
    # Before sessions: neither page may fail for the want of a database.
    "portal.api.health.HealthMiddleware",
    "portal.api.outage.DatabaseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "portal.accounts.middleware.SessionEndMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "portal.accounts.middleware.PasswordDueMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.accounts.middleware.PrivateMiddleware",
    "portal.accounts.middleware.WrongMethodMiddleware",
    "portal.accounts.middleware.HistoryMiddleware",
    "axes.middleware.AxesMiddleware",
    "portal.accounts.middleware.ScopeMiddleware",
    "portal.accounts.middleware.BadInputMiddleware",
    "portal.audit.middleware.LooksMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["template_partials.templatetags.partials"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.dashboards.context.frame",
            ],
        },
    }
]

# Forms draw their fields by templates/django/forms/, so that one file says how a field looks.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Database, cache
DATABASES = {
    "default": env.db_url_config(env.str("DATABASE_URL", default="") or places.database_url(DATA_DIR))
}
DATABASES["default"] |= {
    "HOST": unquote(DATABASES["default"]["HOST"]),  # a socket's directory is written with %2F
    "ATOMIC_REQUESTS": False,
    "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60),
    "CONN_HEALTH_CHECKS": True,
    "OPTIONS": {
        **DATABASES["default"].get("OPTIONS", {}),
        "connect_timeout": 5,
        "options": "-c statement_timeout=30s -c lock_timeout=5s -c idle_in_transaction_session_timeout=60s",
    },
}
# The portal signs in as a role that cannot touch the trail; whoever makes tables signs in as their owner.
APPLICATION_SIGN_IN = sign_in(DATABASES["default"])
OWNER_SIGN_IN = sign_in(
    env.db_url_config(
        env.str("MIGRATION_DATABASE_URL", default="")
        or (places.owner_url(DATA_DIR) if EMBEDDED else env.str("DATABASE_URL"))
    )
)
# Memory of each process: nothing shared is kept here. What all count together is in the broker (ADR 54).
LIMITS_PREFIX = "limits:"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# People who sign in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
ANONYMOUS_USER_NAME = None
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "portal.accounts.passwords.CharacterClassesValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "/"
# How many sign-ins may fail: of a name at an address, of a name anywhere, at an address (ADR 54).
SIGN_IN_LIMIT = read_rate("SIGN_IN_LIMIT", env.str("SIGN_IN_LIMIT", default="5/30min"))
SIGN_IN_NAME_LIMIT = read_rate("SIGN_IN_NAME_LIMIT", env.str("SIGN_IN_NAME_LIMIT", default="20/30min"))
SIGN_IN_ADDRESS_LIMIT = read_rate(
    "SIGN_IN_ADDRESS_LIMIT", env.str("SIGN_IN_ADDRESS_LIMIT", default="30/10min")
)
AXES_FAILURE_LIMIT, AXES_COOLOFF_TIME = SIGN_IN_LIMIT.count, SIGN_IN_LIMIT.period
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_HANDLER = "portal.accounts.failures.FailureHandler"
AXES_USERNAME_CALLABLE = "portal.accounts.failures.name_on_record"
AXES_LOCKOUT_CALLABLE = "portal.accounts.lockouts.locked_page"
AXES_HTTP_RESPONSE_CODE = 429
# The page says when the lock ends, and trying in between does not move that.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True  # sign-ins that succeed are ours to record, with their sessions
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
# A header that any client can send is no address: only a proxy of ours, which overwrites it, is believed.
AXES_IPWARE_META_PRECEDENCE_ORDER = ["HTTP_X_REAL_IP" if BEHIND_PROXY else "REMOTE_ADDR"]

# Sessions, cookies, headers
SESSION_COOKIE_AGE = 30 * 60  # idle
SESSION_ABSOLUTE_AGE = 8 * 3600
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
CSRF_COOKIE_HTTPONLY = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Language, time
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = USE_TZ = True

# Files
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(DATA_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "portal.lib.assets.NodeModulesFinder",
]
PLAIN_STATIC = "django.contrib.staticfiles.storage.StaticFilesStorage"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": PLAIN_STATIC if DEBUG else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = DEBUG
MEDIA_ROOT = FILES_DIR
# How often one user may be shown masked personal data whole, or told whether a guess is right, on one day.
REVEALS_PER_DAY = env.int("REVEALS_PER_DAY", default=50)
# How many rows with masked personal data the imports of one user may compare with the register on one day:
# one full file of 50,000 rows, and the same again once it was corrected.
IMPORT_MATCHES_PER_DAY = env.int("IMPORT_MATCHES_PER_DAY", default=100_000)
MAX_FILE_BYTES = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# Mail: without a server of its own the portal writes it to the log and sends no messages by it.
PORTAL_URL = env.str("PORTAL_URL", default=f"http://{ALLOWED_HOSTS[0]}:8000")
MAILS_MESSAGES = not env.str("EMAIL_URL", default="consolemail://").startswith("consolemail:")
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("MAIL_FROM", default="portal@localhost")

# Jobs. The row in PostgreSQL is the truth: the broker may lose, double or delay anything.
JOB_LEASE_SECONDS = env.int("JOB_LEASE_SECONDS", default=45)
JOB_SWEEP_SECONDS = env.int("JOB_SWEEP_SECONDS", default=30)
JOB_MAX_ATTEMPTS = 3
REDIS_URL = env.str("REDIS_URL", default="") or places.redis_url(DATA_DIR)
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "socket_connect_timeout": 1,
    "socket_timeout": 2,
}
# A request gives up on the broker at once; the sweeper sends what was not sent.
CELERY_TASK_PUBLISH_RETRY = False
# The sweeper has a queue of its own, so that it never stands behind the hundred reports of a batch.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("sweep")]
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_ROUTES = {"portal.jobs.jobs.sweep": {"queue": "sweep"}}
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 600
CELERY_TASK_SOFT_TIME_LIMIT = 570
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
# Above what a report needs (380 MB for a province): else each child is replaced after one, and begins cold.
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 600_000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "portal.jobs.scheduler:KeptScheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "beat-schedule.json")
CELERY_BEAT_SCHEDULE = {
    "jobs.sweep": {"task": "portal.jobs.jobs.sweep", "schedule": JOB_SWEEP_SECONDS},
    "accounts.clear_outdated": {
        "task": "portal.accounts.jobs.clear_outdated",
        "schedule": crontab(hour=3, minute=10),
    },
    "api.forget_keys": {"task": "portal.api.jobs.forget_keys", "schedule": crontab(hour=3, minute=20)},
    "records.clear_exports": {"task": "portal.records.jobs.clear_exports", "schedule": 3600},
    "records.clear_imports": {"task": "portal.records.jobs.clear_imports", "schedule": 3600},
    "inbox.remind": {"task": "portal.inbox.jobs.remind", "schedule": crontab(hour=6, minute=30)},
    "members.remind": {"task": "members.jobs.remind", "schedule": crontab(hour=6, minute=40)},
    # Every hour: once a day there is something to do, and after a downtime the next hour makes up for it.
    "audit.seal": {"task": "portal.audit.jobs.seal", "schedule": crontab(minute="10")},
}
if MAILS_MESSAGES:
    CELERY_BEAT_SCHEDULE["inbox.mail"] = {"task": "portal.inbox.jobs.mail_news", "schedule": 300}

API_RATE = read_rate("API_RATE", env.str("API_RATE", default="600/min"))
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.api.parsers.ShallowJSONParser"],
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_PAGINATION_CLASS": "portal.api.pagination.CursorPagination",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_THROTTLE_CLASSES": ["portal.api.throttling.UserThrottle"],
    "EXCEPTION_HANDLER": "portal.api.problems.problem_response",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "计生协工作平台接口",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    # Without the hook that names enumerations: some forty record types share words such as "kind".
    "POSTPROCESSING_HOOKS": ["portal.api.schema.add_problems"],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# Log: JSON lines with the id of the user and of the request, never a name, an address or a query string.
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = BEHIND_PROXY  # our proxy writes the same id into its own log
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = DEBUG_LEVEL
LOGGING = json_logging(env.str("LOG_LEVEL", default="INFO"))
