"""Django's settings, from `environment.py`."""

import secrets
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from evenhand.desk.environment import Mode, environment

HERE = Path(__file__).parent
ENVIRONMENT = environment()
DEMONSTRATION = ENVIRONMENT.mode is Mode.DEMONSTRATION


def _demonstration_key() -> str:
    """A key of the demonstration's own, the same for all its processes."""
    path = ENVIRONMENT.folder / "secret.key"
    if not path.is_file():
        ENVIRONMENT.folder.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(64))
        path.chmod(0o600)
    return path.read_text()


SECRET_KEY = ENVIRONMENT.secret_key.get_secret_value() or (_demonstration_key() if DEMONSTRATION else "")
DEBUG = False
ALLOWED_HOSTS = list(ENVIRONMENT.hosts) or (["localhost", "127.0.0.1", "[::1]"] if DEMONSTRATION else [])

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "evenhand.desk.record",
    "evenhand.desk.places",
    "evenhand.desk.accounts",
    "evenhand.desk.refusal",
    "evenhand.desk.bookings",
    "evenhand.desk.screening",
    "evenhand.desk.supervision",
    "evenhand.desk.complaints",
    "evenhand.desk.reviews",
    "evenhand.desk.steps",
    "evenhand.desk.timeline",
    "evenhand.desk.home",
    "evenhand.desk.lapses",
    "evenhand.desk.agreements",
    "evenhand.desk.officers",
    "evenhand.desk.facilities",
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
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "evenhand.desk.accounts.access.ScopeMiddleware",
    "evenhand.desk.refusal.middleware.RefusalMiddleware",
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
                "django.contrib.messages.context_processors.messages",
                "evenhand.desk.shell.navigation.shell",
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
LOCALE_PATHS = [HERE / "locale", *sorted(HERE.glob("*/locale"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

FORM_RENDERER = "evenhand.desk.shell.rendering.Renderer"

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "evenhand.desk.accounts.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "evenhand.desk.accounts.adapter.SocialAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

STATIC_URL = "static/"
STATICFILES_DIRS = [HERE / "static"]
STATIC_ROOT = ENVIRONMENT.folder / "static"
MEDIA_ROOT = ENVIRONMENT.folder / "uploads"
