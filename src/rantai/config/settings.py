"""Django's settings; what an operator may change is read in environment.py."""

from datetime import timedelta
from urllib.parse import urlsplit

import django_stubs_ext
from csp.constants import NONE, SELF

from rantai.config import environment, houses, logs

# Model fields and managers take type parameters at run time too: `BigIntegerField[int, int]`.
django_stubs_ext.monkeypatch()

HOME = environment.read_home()
PORT = environment.PORT.read_count()
PUBLIC_URL = (environment.PUBLIC_URL.read() or f"http://localhost:{PORT}").rstrip("/")
IS_HTTPS = PUBLIC_URL.startswith("https://")
PLANNER_URL = environment.PLANNER_URL.read() or f"unix://{HOME / 'run' / 'planner.sock'}"
CLUSTER = environment.CLUSTER.read()

DEBUG = environment.DEBUG.is_on()
SECRET_KEY = environment.read_secret_key(HOME)
ALLOWED_HOSTS = environment.ALLOWED_HOSTS.read_list() or [
    "localhost",
    "127.0.0.1",
    "[::1]",
    urlsplit(PUBLIC_URL).hostname or "localhost",
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    *houses.list_apps(),
    "rantai.config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    # Each installs a template loader of its own and undoes the other's unless told not to.
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
]

MIDDLEWARE = [
    "rantai.config.requests.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "rantai.foundation.access.backends.LastSeen",
    "rantai.config.requests.Language",
    "rantai.config.requests.Company",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "rantai.config.urls"
WSGI_APPLICATION = "rantai.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "django.templatetags.i18n",
                "django.templatetags.static",
                *houses.list_present("rantai.ui.templatetags.ui"),
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                *(f"{module}.shell" for module in houses.list_present("rantai.ui.nav")),
            ],
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
        },
    }
]
FORM_RENDERER = "rantai.ui.widgets.Renderer"
CRON_TABLE = "rantai.config.wiring"
UI_NAVIGATION = "rantai.config.navigation"
UI_SEARCH_URL_NAME = "desk_search:search"
UI_ACCOUNT_URL_NAME = "foundation_access:settings"
UI_IS_SHOWN = "rantai.foundation.parties.queries.is_shown"
UI_STATUS = "rantai.desk.status.show_status"
UI_SAVED_VIEWS = "rantai.foundation.access.views.saved.list_views"

DATABASES = {"default": environment.read_database(HOME)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Who signs in
AUTH_USER_MODEL = "foundation_access.User" if houses.find_source("rantai.foundation.access.models") else "auth.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    *(f"{module}.RoleBackend" for module in houses.list_present("rantai.foundation.access.backends")),
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "rantai.foundation.access.backends.InvitedOnly"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_HTTPS else "http"
# axes counts failed sign-ins, in the database, for all processes; allauth's own count would hide them from it.
ACCOUNT_RATE_LIMITS = {"login_failed": None}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Rantai"
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "email"
AXES_USERNAME_CALLABLE = "rantai.config.lockout.hash_account"
AXES_SENSITIVE_PARAMETERS = ["login", "email", "username", "password"]
AXES_DISABLE_ACCESS_LOG = True
AXES_LOCKOUT_TEMPLATE = "account/locked_out.html"
AXES_VERBOSE = False

# A GET writes nothing, so sessions live in a signed cookie (DESIGN.md §5).
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600

# What a browser may do
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if environment.BEHIND_PROXY.is_on():
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_TEMP_DIR = None

# Languages and time; each language is called by its own name
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("id", "Bahasa Indonesia"), ("zh-hans", "简体中文")]
USE_I18N = True
LOCALE_PATHS = houses.list_locales()
USE_TZ = True
TIME_ZONE = "UTC"

# How long what only grows is kept
KEEP_DAYS = environment.read_keep_days()

# Files
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
MEDIA_ROOT = HOME / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600

# Messages that leave
# On: they are kept in the outbox page and never sent, as the demonstration wants it.
MESSAGES_KEEP = False
DEFAULT_FROM_EMAIL = SERVER_EMAIL = environment.EMAIL_FROM.read()
_mail = environment.read_mail(HOME)
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
globals().update(_mail)

# Logs
logs.configure_structlog()
LOGGING = logs.describe_logging(environment.LOG_FORMAT.read(), level=environment.LOG_LEVEL.read().upper())

SILENCED_SYSTEM_CHECKS = [
    # HTTPS is the operator's choice, said by RANTAI_URL.
    "security.W004",
    "security.W008",
    "security.W012",
    "security.W016",
]
