"""Django's settings, from the environment and the home folder."""

import os
import secrets
from pathlib import Path
from urllib.parse import urlparse

from firstoff.errors import InvalidInput, Unavailable
from firstoff.site import config

HOME = config.home()
PACKAGE = Path(__file__).resolve().parent.parent


def _secret_key() -> str:
    """Made once, kept beside the data, readable by its owner alone; never in the repo or a log."""
    named = os.environ.get("FIRSTOFF_SECRET_KEY_FILE")
    path = Path(named) if named else HOME / "secret.key"
    try:
        return _kept_in(path)
    except OSError as error:
        raise Unavailable(
            f"The secret key {path} can be neither read nor made: {error.strerror or error}.",
            way_out=f"Give the user that runs Firstoff the right to write to {path.parent}.",
        ) from error


def _kept_in(path: Path) -> str:
    if path.exists():
        return path.read_text().strip()
    key = secrets.token_urlsafe(48)
    if HOME.exists():
        # Opened exclusively: of two processes that start at once, one makes the key.
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(handle, "w") as file:
            file.write(key)
    return key


def _upload_limit() -> int:
    text = os.environ.get("FIRSTOFF_MAX_UPLOAD_MB", "50")
    if not text.isdecimal() or not 1 <= int(text) <= 2000:
        raise InvalidInput(
            f"FIRSTOFF_MAX_UPLOAD_MB is {text!r}; a number from 1 to 2000 is meant."
        )
    return int(text) * 1024 * 1024


SECRET_KEY = _secret_key()
DEBUG = False
URL = urlparse(os.environ.get("FIRSTOFF_URL", ""))
SECURE = URL.scheme == "https"
ALLOWED_HOSTS = [
    "127.0.0.1",
    "localhost",
    "[::1]",
    *([URL.hostname] if URL.hostname else []),
    *(h.strip() for h in os.environ.get("FIRSTOFF_HOSTS", "").split(",") if h.strip()),
]
CSRF_TRUSTED_ORIGINS = [f"{URL.scheme}://{URL.netloc}"] if URL.netloc else []

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "ninja",  # the page of the API, out of the package and not from elsewhere
    "firstoff.db",
    "firstoff.web",
]
MIDDLEWARE = [
    "firstoff.site.middleware.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "firstoff.site.middleware.SecurityHeaders",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "firstoff.site.middleware.Bounded",
    "firstoff.site.middleware.NoNul",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "firstoff.web.auth.SignedIn",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "firstoff.site.errors.ErrorAnswers",
]
ROOT_URLCONF = "firstoff.site.urls"
WSGI_APPLICATION = "firstoff.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "firstoff.web.context.shell",
            ],
        },
    }
]

# What later steps of the flow add to every verb that writes, in this order: each is called with
# the ledger's entry before the verb's transaction ends (docs/reference/house.md).
AFTER_VERBS = (
    "firstoff.services.genealogy.following.follow",
    "firstoff.services.evidence.late.follow",
    "firstoff.services.trace.joining.follow",
    "firstoff.services.plan.controls.follow",
    "firstoff.services.plan.inspection.follow",
    "firstoff.services.review.follow",
    "firstoff.services.change.follow",
)

DATABASES = {"default": config.database(HOME)}
AUTH_USER_MODEL = "firstoff.Person"
# Who somebody is, is asked of services.access in one place, with throttling.
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "firstoff.site.hashers.Argon2id",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "board"

LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = HOME / "documents"
HISTORY_ROOT = config.history(HOME)
LABEL_PRINTERS = config.label_printers()
GS1_PREFIXES = config.gs1_prefixes()

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "TIMEOUT": 3600,
        "OPTIONS": {"MAX_ENTRIES": 500},
    }
}

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_COOKIE_NAME = "firstoff_session"
SESSION_COOKIE_AGE = 12 * 3600  # a shift and a half
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_NAME = "firstoff_csrf"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "firstoff.site.errors.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_SSL_REDIRECT = False  # the proxy in front does that, and health checks come by http
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

MAX_UPLOAD_BYTES = _upload_limit()
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
SILENCED_SYSTEM_CHECKS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "firstoff.site.middleware.RequestIdFilter"}},
    "formatters": {
        "line": {
            "format": "{asctime} {levelname} {request_id} {name}: {message}",
            "style": "{",
        }
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["request_id"],
        }
    },
    "root": {
        "handlers": ["stderr"],
        "level": os.environ.get("FIRSTOFF_LOG_LEVEL", "info").upper(),
    },
}
