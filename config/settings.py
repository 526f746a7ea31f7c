"""Settings, read from the environment; docs/reference/settings.md lists them."""

import os
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))
VAR_DIR.mkdir(parents=True, exist_ok=True)


def flag(name: str) -> bool:
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


def words(name: str, default: str = "") -> list[str]:
    return [word for word in os.environ.get(name, default).split(",") if word]


DEBUG = flag("DEBUG")
SECRET_KEY = os.environ.get("SECRET_KEY", "insecure-" + "development" * 5)
if SECRET_KEY.startswith("insecure-") and flag("PRODUCTION"):
    message = "PRODUCTION is set, so SECRET_KEY must be set too."
    raise ImproperlyConfigured(message)
ALLOWED_HOSTS = words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_q",
    "django_crontab",
    "workflows",
    "triggers",
    "handlers",
    "demo.shop",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

#: Persistent, checked connections: without them each django-q2 message costs a
#: new connection, and a database restart costs a stall of ten seconds.
DATABASES = {
    "default": dj_database_url.parse(
        os.environ.get("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'punctual.sqlite3'}",
        conn_max_age=None,
        conn_health_checks=True,
    )
}
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    # The hot statements are planned once for each connection.
    DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = 2
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
if DATABASES["default"]["ENGINE"].endswith("mysql"):
    DATABASES["default"]["OPTIONS"] = {
        "charset": "utf8mb4",
        "isolation_level": "read committed",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = os.environ.get("REDIS_URL", "")
#: What carries wake-ups: `wakeup` and `orm` the database, `redis` the server above.
BROKER = os.environ.get("BROKER") or ("redis" if REDIS_URL else "wakeup")
BROKERS = {
    "wakeup": "workflows.cluster.broker.WakeUpBroker",
    "orm": "workflows.cluster.broker.OrmBroker",
    "redis": "workflows.cluster.redis_broker.RedisBroker",
}
if BROKER not in BROKERS:
    message = f"BROKER is '{BROKER}'; it may be one of {', '.join(BROKERS)}."
    raise ImproperlyConfigured(message)
if BROKER == "redis" and not REDIS_URL:
    message = "BROKER is 'redis', so REDIS_URL must be set too."
    raise ImproperlyConfigured(message)
Q_CLUSTER = {
    #: Names the queue and signs its messages; equal in all processes of a site.
    "name": os.environ.get("QUEUE", "punctual"),
    "broker_class": BROKERS[BROKER],
    **({"redis": REDIS_URL} if BROKER == "redis" else {"orm": "default"}),
    "workers": int(os.environ.get("WORKERS", "2")),
    "bulk": 20,
    "queue_limit": 40,
    "poll": 0.05,
    "guard_cycle": 0.5,
    "timeout": 3600,
    "retry": 7200,
    "ack_failures": True,
    "max_attempts": 1,
    "save_limit": -1,
    "recycle": 10000,
    "max_rss": 400_000,
    "scheduler": False,
    "log_level": "WARNING",
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = os.environ.get("LANGUAGE_CODE", "en")
LANGUAGES = [("en", "English"), ("ru", "Русский")]
TIME_ZONE = os.environ.get("TIME_ZONE", "UTC")
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
# WhiteNoise warns of a missing one, also where it serves from the finders.
STATIC_ROOT.mkdir(exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if flag("PRODUCTION")
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not flag("PRODUCTION")
MEDIA_ROOT = VAR_DIR / "media"

#: The one line of the crontab. It never changes: the crontab finds it by its hash.
CRONJOBS = [
    ("* * * * *", "django.core.management.call_command", ["watchdog", "-v0"]),
]
#: Tells the lines of several sites of one user apart.
CRONTAB_COMMENT = f"punctual in {BASE_DIR}"
#: What cron runs first, such as a script that reads the environment from a file.
CRONTAB_COMMAND_PREFIX = os.environ.get("CRON_PREFIX", "")
CRONTAB_DJANGO_MANAGE_PATH = str(BASE_DIR / "manage.py")

ADMINS = [(address, address) for address in words("ADMINS")]
SERVER_EMAIL = DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "punctual@localhost")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_PASSWORD", "")
EMAIL_USE_TLS = flag("EMAIL_TLS")
EMAIL_TIMEOUT = 10

if flag("PRODUCTION"):
    SECURE_SSL_REDIRECT = not flag("NO_SSL_REDIRECT")
    # Who looks after the process itself asks it by plain HTTP.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

WORKFLOWS = {
    #: What workflows may read and change: app labels or models.
    "COLLECTIONS": words("WORKFLOWS_COLLECTIONS", "shop"),
    #: Databases that SQL of workflows may use, such as "reports:read".
    "SQL_DATABASES": dict(
        word.partition(":")[::2] for word in words("WORKFLOWS_SQL_DATABASES")
    ),
    #: Hosts that may be called although they are not public; `make run` sets DEBUG.
    "HTTP_ALLOWED_HOSTS": words(
        "WORKFLOWS_HTTP_ALLOWED_HOSTS", "127.0.0.1" if DEBUG else ""
    ),
    #: What `manage.py up` starts besides Punctual itself: orders keep coming in, and
    #: a service gives goods to the example of background work.
    "UP": [("shop", ("openshop",)), ("goods", ("servegoods",))],
    #: Keys of secrets, the newest first; without them SECRET_KEY encrypts.
    "SECRET_KEYS": words("WORKFLOWS_SECRET_KEYS"),
    "ALERT_WEBHOOK": os.environ.get("ALERT_WEBHOOK", ""),
    "WATCHDOG_RESTARTS": flag("WATCHDOG_RESTARTS"),
    **{
        key: float(os.environ[name])
        for key in (
            "LEASE",
            "DEAF_AFTER",
            "STOP_GRACE",
            "TIMEOUT_GRACE",
            "TIME_SLICE",
            "STALLED_AFTER",
        )
        if os.environ.get(name := f"WORKFLOWS_{key}")
    },
}

WORKS = {
    #: The modules whose functions background works may call.
    "MODULES": words("WORKS_MODULES", "demo.shop.handlers"),
    #: Where the SQLite databases and the files of works lie.
    "FOLDER": VAR_DIR / "works",
}
