"""Django's settings, from `environment.py`."""

import secrets
from pathlib import Path
from typing import Any

from evenhand.desk.environment import Mode, environment

HERE = Path(__file__).parent
ENVIRONMENT = environment()
DEMONSTRATION = ENVIRONMENT.mode is Mode.DEMONSTRATION

SECRET_KEY = ENVIRONMENT.secret_key.get_secret_value() or (secrets.token_urlsafe(64) if DEMONSTRATION else "")
DEBUG = False
ALLOWED_HOSTS = list(ENVIRONMENT.hosts) or (["localhost", "127.0.0.1", "[::1]"] if DEMONSTRATION else [])

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "evenhand.desk.record",
    "evenhand.desk.places",
    "evenhand.desk.accounts",
    "evenhand.desk.bookings",
    "evenhand.desk.complaints",
    "evenhand.desk.reviews",
    "evenhand.desk.custody",
]
AUTH_USER_MODEL = "desk_accounts.User"
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
    "evenhand.desk.accounts.access.ScopeMiddleware",
]
ROOT_URLCONF = "evenhand.desk.urls"
WSGI_APPLICATION = "evenhand.desk.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]


def _database() -> dict[str, Any]:
    if ENVIRONMENT.database:
        from psycopg.conninfo import conninfo_to_dict

        said = conninfo_to_dict(ENVIRONMENT.database)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": said.get("dbname", "evenhand"),
            "USER": said.get("user", ""),
            "PASSWORD": ENVIRONMENT.database_password.get_secret_value() or said.get("password", ""),
            "HOST": said.get("host", ""),
            "PORT": said.get("port", ""),
            "CONN_MAX_AGE": ENVIRONMENT.database_connection_age,
            "CONN_HEALTH_CHECKS": True,
            # The ledger reads leaves in binary.
            "OPTIONS": {"server_side_binding": True},
        }
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": ENVIRONMENT.folder / "desk.db",
        "CONN_MAX_AGE": ENVIRONMENT.database_connection_age,
        "OPTIONS": {
            # A command takes the writer's lock before it reads the history that it judges.
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            # Synced commits: what was acknowledged survives a loss of power; erased bytes are overwritten.
            "init_command": "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON",
        },
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [HERE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATICFILES_DIRS = [HERE / "static"]
STATIC_ROOT = ENVIRONMENT.folder / "static"
MEDIA_ROOT = ENVIRONMENT.folder / "uploads"
