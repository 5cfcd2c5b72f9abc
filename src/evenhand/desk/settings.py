"""Django's settings, from `environment.py`."""

import os
import secrets
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from evenhand.desk.accounts.oidc import form_targets, providers
from evenhand.desk.environment import Mode, environment
from evenhand.desk.operations.logs import LOGGING as LOGGING
from evenhand.record.private_file import write_private

HERE = Path(__file__).parent
ENVIRONMENT = environment()
DEMONSTRATION = ENVIRONMENT.mode is Mode.DEMONSTRATION


def _demonstration_key() -> str:
    """A key of the demonstration's own, the same for all its processes."""
    path = ENVIRONMENT.folder / "secret.key"
    if not path.is_file():
        ENVIRONMENT.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_private(path, secrets.token_urlsafe(64))
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
    "evenhand.desk.findings",
    "evenhand.desk.exports",
    "evenhand.desk.webhooks",
    "evenhand.desk.api",
    "evenhand.desk.erasure",
]
AUTH_USER_MODEL = "desk_accounts.User"
MIDDLEWARE = [
    "evenhand.desk.operations.proxy.ProxyMiddleware",
    "evenhand.desk.operations.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "evenhand.desk.shell.headers.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "evenhand.desk.accounts.idle.IdleMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "evenhand.desk.shell.in_place.InPlaceMiddleware",
    "evenhand.desk.accounts.second_factor.SecondFactorMiddleware",
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
            "builtins": ["evenhand.desk.shell.form_number"],
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
            # The ledger reads leaves in binary. What is asked often is planned once a connection, which is
            # the desk's own for its time (row-level security needs that): no pooler stands between.
            "OPTIONS": {"server_side_binding": True, "prepare_threshold": 5},
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
SOCIALACCOUNT_ADAPTER = "evenhand.desk.accounts.agency_sign_in.SocialAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
# After five failures an account is locked for 15 minutes, an address after 30 (CJIS Security Policy, AC-7,
# not verified in full, asks for five within 15 minutes).
ACCOUNT_RATE_LIMITS = {"login_failed": "30/15m/ip,5/15m/key"}
# A link from the sign-in page, which is mailed to the account's address, works for a day.
PASSWORD_RESET_TIMEOUT = 86_400
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "evenhand.desk.accounts.reset.ResetKey"
ACCOUNT_FORMS = {"reset_password": "evenhand.desk.accounts.forms.ResetPasswordForm"}
INVITATION_HOURS = ENVIRONMENT.invitation_hours
INVITATIONS_BY_MAIL = bool(ENVIRONMENT.mail_server)
# Seconds after a sign-in, or after confirming it, within which access, tokens and exports may be changed.
RECENT_SIGN_IN = 15 * 60
# NIST SP 800-63B-4, section 3.1.1: length and a list of common passwords, no rules of composition. 15 signs
# where the password is the only factor.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 15}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name", "actor")},
    },
    {"NAME": "evenhand.desk.accounts.passwords.ContextWordsValidator"},
]
if ENVIRONMENT.mail_server:
    EMAIL_HOST, _, _port = ENVIRONMENT.mail_server.partition(":")
    EMAIL_PORT = int(_port or 587)
    EMAIL_USE_TLS = True
    EMAIL_HOST_USER = ENVIRONMENT.mail_user
    EMAIL_HOST_PASSWORD = ENVIRONMENT.mail_password.get_secret_value()
    DEFAULT_FROM_EMAIL = ENVIRONMENT.mail_from
else:
    # Then a forgotten password is a matter for the administrator.
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
WEBHOOK_NETWORKS = ENVIRONMENT.webhook_networks
WEBHOOK_CA = ENVIRONMENT.webhook_ca
SECOND_FACTOR_REQUIRED = not DEMONSTRATION
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# The administrator who made the account vouches for its address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# A demonstration is tried on http://localhost.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = DEMONSTRATION

SOCIALACCOUNT_PROVIDERS = providers(ENVIRONMENT)
# Only accounts that an administrator made sign in, also through the agency's own sign-in.
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True

# 30 minutes without an act end the session (CJIS Security Policy, AC-11, 5.5.5 in earlier versions; not
# verified in full).
SESSION_COOKIE_AGE = 30 * 60
# `IdleMiddleware` starts them anew with each request of a person, not with those of a page by itself. It
# writes so at most once in these seconds: a session may end that much early, never late.
SESSION_SAVE_EVERY_REQUEST = False
IDLE_PRECISION = 60
# Seconds before that at which a page asks (WCAG 2.2, 2.2.1 and 2.2.6: at least 20, simply answered).
IDLE_WARNING = 120
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# However busy: after a shift the person signs in anew (NIST SP 800-63B-4, section 2.2.3: at most 24 hours).
SESSION_LONGEST = 12 * 3600
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = not DEMONSTRATION
LANGUAGE_COOKIE_SAMESITE, LANGUAGE_COOKIE_HTTPONLY = "Lax", True
THEME_COOKIE_NAME = "desk_theme"
if not DEMONSTRATION:
    # A browser takes a cookie of such a name over TLS alone, from this host alone, for all its paths.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    LANGUAGE_COOKIE_NAME, THEME_COOKIE_NAME = "__Host-language", "__Host-theme"
SECURE_SSL_REDIRECT = not DEMONSTRATION
SECURE_HSTS_SECONDS = 0 if DEMONSTRATION else 63_072_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEMONSTRATION
PROXIES = ENVIRONMENT.proxies
if ENVIRONMENT.behind_proxy:
    # Limits by address count the visitor's, which the proxy names, and not the proxy's own.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# One memory for all processes, so that limits hold whichever answers.
CACHES = {"default": {"BACKEND": "evenhand.desk.operations.limits.LimitCache", "LOCATION": "desk_cache"}}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # The code that an app for one-time passwords reads is a picture inside its page.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, *form_targets(ENVIRONMENT)],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

LOGGING_CONFIG = "logging.config.dictConfig"
METRICS_TOKEN = ENVIRONMENT.metrics_token.get_secret_value()
METRICS_FOLDER = os.environ.get("PROMETHEUS_MULTIPROC_DIR", "")
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$", "^metrics$"]

STATIC_URL = "static/"
# Each file's name holds its hash: browsers keep it for good, and a page that names a missing one fails.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATICFILES_DIRS = [HERE / "static"]
STATIC_ROOT = ENVIRONMENT.folder / "static"
MEDIA_ROOT = ENVIRONMENT.folder / "uploads"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
