"""Django settings. Everything that differs between installations comes from environment variables.

``PUMPHOUSE_HOME``    the directory of the embedded database, the secret key and secrets files
``PUMPHOUSE_CONFIG``  the file with the clouds: a clouds.yaml or a Pumphouse config.yaml; default:
                      OS_CLIENT_CONFIG_FILE, as for OpenStack's own clients
``PUMPHOUSE_INVENTORY``  the inventory.yaml with the hosts' BMCs; default: beside the config
``PUMPHOUSE_FUEL_URL``  the Fuel master, with PUMPHOUSE_FUEL_CREDENTIALS; default: the config's
``DATABASE_URL``      mysql://… or postgres://… for several machines; default: embedded SQLite
``PUMPHOUSE_BROKER``  redis://… for a Redis broker; default: the database
``PUMPHOUSE_URL``     the pages' public URL, for links in notifications

With the suffix _FILE, each can name a file that holds the value. docs/configuration.md lists all.
"""

import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF

from dashboard.env import LOG_LEVELS, ProcessEnv, make_home
from dashboard.secret_key import kept_secret_key

PACKAGE = Path(__file__).resolve().parent
env = ProcessEnv()

_state = Path(env("XDG_STATE_HOME", default=str(Path.home() / ".local/state")))
HOME = make_home(Path(env("PUMPHOUSE_HOME", default=str(_state / "pumphouse"))).absolute())
PUMPHOUSE_CONFIG: str = env("PUMPHOUSE_CONFIG") or env("OS_CLIENT_CONFIG_FILE")
PUMPHOUSE_INVENTORY: str = env("PUMPHOUSE_INVENTORY")
PUMPHOUSE_URL: str = env("PUMPHOUSE_URL")
PUMPHOUSE_BIND: str = env("PUMPHOUSE_BIND")
UI_DIRECTORY: str = env("PUMPHOUSE_UI_DIRECTORY")
TLS_CERTIFICATE: str = env("PUMPHOUSE_TLS_CERTIFICATE")
TLS_KEY: str = env("PUMPHOUSE_TLS_KEY")
PUMPHOUSE_FUEL_URL: str = env("PUMPHOUSE_FUEL_URL")
PUMPHOUSE_FUEL_CREDENTIALS: str = env("PUMPHOUSE_FUEL_CREDENTIALS")
# A Fuel master's own files: with them, nothing needs to be configured there.
PUMPHOUSE_ASTUTE: str = env("PUMPHOUSE_ASTUTE", default="/etc/fuel/astute.yaml")
PUMPHOUSE_FUEL_KEYS: str = env("PUMPHOUSE_FUEL_KEYS", default="/var/lib/fuel/keys")

# Several machines must share it: temporary passwords are derived from it, so that any worker can
# act as a migrated user without a stored secret.
SECRET_KEY = env("PUMPHOUSE_SECRET_KEY") or kept_secret_key(HOME)
DEBUG: bool = env.flag("PUMPHOUSE_DEBUG", default=False)
ALLOWED_HOSTS: list[str] = env.words("PUMPHOUSE_HOSTS", default="localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS: list[str] = env.words("PUMPHOUSE_ORIGINS")
# Only they may say for whom they ask.
TRUSTED_PROXIES = env.networks("PUMPHOUSE_TRUSTED_PROXIES")

INSTALLED_APPS = [
    "dashboard.accounts.apps.SiteConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "django_filters",
    "django_q",
    "csp",
    "rest_framework",
    "knox",
    "axes",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "dashboard.jobs",
    "dashboard.accounts",
    "dashboard.hooks",
    "dashboard.audit",
    "dashboard.hosts_app",
    "dashboard.notifications",
    "dashboard.migrations_app",
    "dashboard.campaigns",
]

MIDDLEWARE = [
    "dashboard.web.middleware.client_address",  # first: whoever asks later learns who it is
    "dashboard.web.middleware.no_nul",
    "dashboard.web.middleware.xsrf_header",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "dashboard.no_store.NoStoreMiddleware",
    # Pages shrink to a fifth. It adds some random bytes, so that sizes tell nothing of secrets.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "dashboard.sessions.LoginRequired",
    "dashboard.sessions.sliding_session",
    "dashboard.audit.middleware.record_acts",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "dashboard.browser_zone.browser_zone",
    "dashboard.fault.page_for_wrong_method",
    "axes.middleware.AxesMiddleware",  # last, as it requires: it responds to locked-out users
]

ROOT_URLCONF = "dashboard.urls"
WSGI_APPLICATION = "dashboard.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]


def _database() -> dict[str, Any]:
    """Return the database's settings.

    SQLite needs all three of WAL, IMMEDIATE and a time-out: with any of them missing, four writers
    lose most of their writes to "database is locked" (measured). Connections are kept: the ORM
    broker would otherwise reconnect at each call.
    """
    database = env.database("DATABASE_URL", default=f"sqlite:///{HOME / 'pumphouse.sqlite3'}")
    database["CONN_MAX_AGE"] = 600
    # otherwise each thread fails once after the server was down
    database["CONN_HEALTH_CHECKS"] = True
    if database["ENGINE"].endswith("mysql"):
        import pymysql

        pymysql.install_as_MySQLdb()
        database["OPTIONS"] = {"charset": "utf8mb4", "isolation_level": "read committed"}
    elif database["ENGINE"].endswith("sqlite3"):
        database["OPTIONS"] = {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        }
    return database


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

WORKERS: int = env.number("PUMPHOUSE_WORKERS", default=2, least=1)
STEP_THREADS: int = env.number("PUMPHOUSE_STEP_THREADS", default=16, least=1)
STEP_LEASE_SECONDS: int = env.number("PUMPHOUSE_STEP_LEASE_SECONDS", default=60, least=1)

# The queue carries no state: a task only says "run job N". It must never be killed for its age, and
# never be redelivered by the broker (a retry counts from the prefetch, so long tasks would run
# twice). The sweep enqueues lost jobs again. Failures are acknowledged, or they would be
# redelivered forever. (Without any timeout, django-q warns at each start.)
_YEAR = 365 * 24 * 3600
_redis = env.broker("PUMPHOUSE_BROKER")
Q_CLUSTER: dict[str, Any] = {
    "name": "pumphouse",
    "workers": WORKERS,
    "queue_limit": WORKERS,
    "timeout": 5 * _YEAR,
    "retry": 10 * _YEAR,
    "max_attempts": 1,
    "ack_failures": True,
    "save_limit": 100,
    "catch_up": False,
    "label": "Queue",
    **({"redis": _redis} if _redis else {"orm": "default", "poll": 0.5}),
}

PUMPHOUSE_MAIL_TO: list[str] = env.words("PUMPHOUSE_MAIL_TO")
PUMPHOUSE_WEBHOOK_URLS: list[str] = env.words("PUMPHOUSE_WEBHOOK_URLS")
PUMPHOUSE_WEBHOOK_SECRET: str = env("PUMPHOUSE_WEBHOOK_SECRET")

_mail: dict[str, Any] = env.mail("PUMPHOUSE_MAIL_URL")
EMAIL_BACKEND: str = _mail["EMAIL_BACKEND"]
EMAIL_HOST: str = _mail["EMAIL_HOST"] or ""
EMAIL_PORT: int | None = _mail["EMAIL_PORT"]
EMAIL_HOST_USER: str = _mail["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD: str = _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS: bool = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL: bool = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL: str = env(
    "PUMPHOUSE_MAIL_FROM",
    default=EMAIL_HOST_USER if "@" in EMAIL_HOST_USER else f"pumphouse@{socket.gethostname()}",
)

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: it stops the login of a locked-out user
    "django.contrib.auth.backends.ModelBackend",
]
if env.flag("PUMPHOUSE_FUEL_LOGIN", default=False):
    AUTHENTICATION_BACKENDS.append("dashboard.hosts_app.fuel.login.FuelBackend")
FUEL_ROLES: dict[str, str] = env.pairs("PUMPHOUSE_FUEL_ROLES", default="admin=admin")
FUEL_ROLE_OF_OTHERS: str = env("PUMPHOUSE_FUEL_ROLE_OF_OTHERS", default="viewer")
# An account is locked per client address, so that nobody can lock out its owner.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "dashboard.login.respond_locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = env.time_zone("TZ", default="UTC")
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [PACKAGE / "static"]
WHITENOISE_USE_FINDERS = True

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "dashboard.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["dashboard.api.permissions.RolePermission"],
    "DEFAULT_PARSER_CLASSES": [
        "dashboard.api.json_body.JsonParser",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.PageNumberPagination",
    "PAGE_SIZE": 100,
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "dashboard.api.responses.error_response",
}
# The database has only a digest of a token. Whoever has a token acts as its user until it expires.
REST_KNOX = {"TOKEN_TTL": timedelta(days=env.number("PUMPHOUSE_TOKEN_DAYS", default=90))}
SPECTACULAR_SETTINGS = {
    "TITLE": "Pumphouse",
    "DESCRIPTION": "Moves OpenStack tenants and their hosts from an old cloud to a new one.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    # The routes of 2015 are at the root: names of operations do not change by that.
    "SCHEMA_PATH_PREFIX": "/api",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "dashboard.api.documented_errors.document_errors",
    ],
    # Many serializers have a state: without these names, the schema would number the enums.
    "ENUM_NAME_OVERRIDES": {
        "CloudState": "dashboard.hosts_app.models.Cloud.State",
        "JobState": "dashboard.jobs.states.JobState",
        "StepState": "dashboard.jobs.states.StepState",
        "PlanState": "dashboard.migrations_app.models.Plan.State",
        "HostPlanState": "dashboard.hosts_app.models.HostPlan.State",
        "LedgerEntryState": "dashboard.migrations_app.models.LedgerEntry.State",
        "Phase": "dashboard.api.phases.CHOICES",
    },
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "dashboard.fault.respond_to_csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
_https: bool = env.flag("PUMPHOUSE_HTTPS", default=bool(TLS_CERTIFICATE))
# Cookies belong to a host with all its ports: names of our own keep them apart from others', such
# as those of Fuel's pages on the same master.
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "pumphouse_session", "pumphouse_csrf"
SESSION_COOKIE_AGE: int = env.number("PUMPHOUSE_SESSION_SECONDS", default=12 * 3600)
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_SSL_REDIRECT = _https
SECURE_REDIRECT_EXEMPT = [r"^alive/$"]
# Only a proxy sets this header, and it replaces what a client sends.
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if _https and not TLS_CERTIFICATE else None
)
SECURE_HSTS_SECONDS: int = env.number("PUMPHOUSE_HSTS_SECONDS", default=31536000 if _https else 0)
# Subdomains and browsers' preload lists are up to the owner of the domain. And HSTS applies to all
# ports of a host, so a host that also serves pages without TLS cannot use it.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
if _https and not SECURE_HSTS_SECONDS:
    SILENCED_SYSTEM_CHECKS.append("security.W004")

_log_level = env.one_of("PUMPHOUSE_LOG_LEVEL", LOG_LEVELS, default="WARNING")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "refusal": {"()": "dashboard.log_lines.RefusalFilter"},
        "mask": {"()": "dashboard.secrets.MaskFilter"},
    },
    "formatters": {
        "line": {
            "()": "dashboard.log_lines.LineFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
        }
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["refusal", "mask"],
        }
    },
    # What it warns about becomes our own error, with a sentence and a fix.
    "loggers": {"keystoneauth": {"level": "ERROR"}},
    "root": {"handlers": ["stderr"], "level": _log_level},
}
