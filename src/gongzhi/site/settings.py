"""The one settings module; the environment is read here and nowhere else.

Each variable has a typed reader that refuses nonsense by name and value; all of
them are listed in `docs/reference/settings.md`, which a test compares with this file.
"""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def _text(name: str, default: str) -> str:
    """Return a variable, or the content of the file that NAME_FILE names."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as trouble:
            raise ImproperlyConfigured(
                f"{name}_FILE={path!r} cannot be read: {trouble.strerror}."
            ) from trouble
    return os.environ.get(name, default)


def _flag(name: str, *, default: bool) -> bool:
    value = _text(name, "yes" if default else "no").lower()
    if value not in {"yes", "no", "1", "0", "true", "false"}:
        raise ImproperlyConfigured(f"{name}={value!r} is neither yes nor no.")
    return value in {"yes", "1", "true"}


def _number(name: str, default: int, *, low: int, high: int) -> int:
    value = _text(name, str(default))
    if not value.isdigit() or not low <= int(value) <= high:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number from {low} to {high}.")
    return int(value)


def _choice(name: str, default: str, *others: str) -> str:
    value = _text(name, default).upper()
    if value not in {default, *others}:
        raise ImproperlyConfigured(f"{name}={value!r} is none of {', '.join([default, *others])}.")
    return value


def _map_style(name: str) -> str:
    """Return the address of a base map from outside: a style (JSON) or a template of tiles."""
    value = _text(name, "")
    parts = urlsplit(value)
    is_plain = not set(value) & set(" ;,\"'")
    if value and not (is_plain and parts.scheme in {"http", "https"} and parts.netloc):
        raise ImproperlyConfigured(
            f"{name}={value!r} is no address. It looks like https://maps.example/style.json,"
            " or like https://maps.example/{z}/{x}/{y}.png for a base of pictures."
        )
    return value


def _database(url: str, data: Path) -> dict[str, Any]:
    """Return Django's database dictionary for a DATABASE_URL."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "gongzhi.webkit.sqlite",
            "NAME": unquote(parts.path) or str(data / "gongzhi.sqlite3"),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                " PRAGMA cache_size=-65536; PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY;",
            },
        }
    if parts.scheme in {"postgres", "postgresql"}:
        query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(query.get("host", parts.hostname or "")),
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 60,
            "CONN_HEALTH_CHECKS": True,
        }
    raise ImproperlyConfigured(
        f"DATABASE_URL begins with {parts.scheme!r}; it must begin with sqlite or postgresql."
    )


def _secret_key(data: Path) -> str:
    """Return the signing key: from the environment, or one made once and kept beside the data."""
    given = _text("SECRET_KEY", "")
    if given:
        return given
    place = data / "secret-key"
    try:
        if not place.exists():
            _keep_new_key(place)
        return place.read_text(encoding="utf-8")
    except OSError as trouble:
        raise ImproperlyConfigured(
            f"The folder {str(data)!r} (GONGZHI_DATA) cannot be used: {trouble.strerror}. "
            "Give the right to write there, make room, or name another folder."
        ) from trouble


def _keep_new_key(place: Path) -> None:
    """Write a new key; of several processes at once one wins, and none reads half a key."""
    place.parent.mkdir(parents=True, exist_ok=True)
    draft = place.with_name(f".secret-key-{os.getpid()}")
    draft.touch(mode=0o600)
    try:
        draft.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        with suppress(FileExistsError):
            os.link(draft, place)
    finally:
        draft.unlink()


DATA_DIR = Path(_text("GONGZHI_DATA", "var")).absolute()
DEBUG = _flag("GONGZHI_DEBUG", default=False)
SECRET_KEY = _secret_key(DATA_DIR)
ALLOWED_HOSTS = _text("GONGZHI_HOSTS", "localhost,127.0.0.1,[::1],testserver").split(",")
ADDRESS = _text("GONGZHI_ADDRESS", "127.0.0.1")
PORT = _number("PORT", 8000, low=1, high=65535)
WEB_PROCESSES = _number("GONGZHI_WEB_PROCESSES", 0, low=0, high=256)  # 0: by the database
WEB_THREADS = _number("GONGZHI_WEB_THREADS", 4, low=1, high=64)
CLOCK_SECONDS = _number("GONGZHI_CLOCK_SECONDS", 5, low=1, high=3600)
CSRF_TRUSTED_ORIGINS = [origin for origin in _text("GONGZHI_ORIGINS", "").split(",") if origin]
DATABASES = {"default": _database(_text("DATABASE_URL", "sqlite:"), DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

HOUSES = [
    "gongzhi.webkit",
    "gongzhi.ledger",
    "gongzhi.accounts",
    "gongzhi.catalogue",
    "gongzhi.places",
    "gongzhi.commitments",
    "gongzhi.evidence",
    "gongzhi.responsibility",
    "gongzhi.cases",
    "gongzhi.patrols",
    "gongzhi.evaluation",
    "gongzhi.notices",
    "gongzhi.exchange",
    "gongzhi.demo",
    "gongzhi.site",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    *HOUSES,
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "gongzhi.webkit.headers.content_policy",
    "gongzhi.ledger.web.named_requests",
    "gongzhi.webkit.middleware.steady_revisions",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "gongzhi.accounts.web.guarding.watched_sessions",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "gongzhi.webkit.middleware.refusals",
]
ROOT_URLCONF = "gongzhi.site.urls"
WSGI_APPLICATION = "gongzhi.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "gongzhi.accounts.session.signed_in",
                "gongzhi.notices.web.unread",
                "gongzhi.site.web.map_base",
                "gongzhi.site.orientation.ways",
                "gongzhi.site.orientation.help_here",
                "gongzhi.site.orientation.admin_ways",
            ],
        },
    },
]

AUTH_USER_MODEL = "accounts.Person"
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/start"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SIGN_IN_TRIES = _number("GONGZHI_SIGN_IN_TRIES", 5, low=1, high=100)
SIGN_IN_LOCK_MINUTES = _number("GONGZHI_SIGN_IN_LOCK_MINUTES", 15, low=1, high=1440)
# Roles that work with a second factor only: system_admin,security_admin …; none unless named.
TWO_FACTOR_ROLES = frozenset(
    role for role in _text("GONGZHI_TWO_FACTOR_ROLES", "").replace(" ", "").split(",") if role
)
SIGN_UP = _flag("GONGZHI_SIGN_UP", default=True)
# The header in which a proxy in front tells who asks (X-Real-IP); none is believed unless named.
CLIENT_ADDRESS_HEADER = _text("GONGZHI_CLIENT_ADDRESS_HEADER", "")
SIGN_UPS_PER_HOUR = _number("GONGZHI_SIGN_UPS_PER_HOUR", 20, low=1, high=10000)
# Turns the area codes of an organisation chart into paths; the map lies above `accounts`.
SCOPE_RESOLVER = "gongzhi.places.queries.path_of_code"
SESSION_COOKIE_AGE = 60 * 60 * _number("GONGZHI_SESSION_HOURS", 12, low=1, high=720)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _flag("GONGZHI_HTTPS", default=False)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

LANGUAGE_CODE = _text("GONGZHI_LANGUAGE", "zh-hans")
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = _text("GONGZHI_TIME_ZONE", "Asia/Shanghai")

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
KEPT_ANSWER_DAYS = _number("GONGZHI_KEPT_ANSWER_DAYS", 7, low=1, high=90)
PATROL_HOURS = _number("GONGZHI_PATROL_HOURS", 10, low=1, high=24)
TRACK_KEEP_DAYS = _number("GONGZHI_TRACK_KEEP_DAYS", 30, low=1, high=365)
PHOTO_MAX_MEGABYTES = _number("GONGZHI_PHOTO_MAX_MB", 25, low=1, high=200)
# By one account or, without one, from one network address; an office may share an address.
UPLOADS_PER_DAY = _number("GONGZHI_UPLOADS_PER_DAY", 300, low=1, high=100_000)

# The base map: our own unless another is named; see docs/how-to/outside-map.md.
MAP_STYLE = _map_style("GONGZHI_MAP_STYLE")
MAP_FRAME = _choice("GONGZHI_MAP_FRAME", "WGS84", "GCJ02", "BD09").lower()

# How notices leave: see docs/how-to/mail-and-sms.md.
PUBLIC_ADDRESS = _text("GONGZHI_PUBLIC_ADDRESS", f"http://localhost:{PORT}").rstrip("/")
OUTBOX_DIR = DATA_DIR / "outbox"
EMAIL_BACKEND = {
    "FILE": "django.core.mail.backends.filebased.EmailBackend",
    "CONSOLE": "django.core.mail.backends.console.EmailBackend",
    "SMTP": "django.core.mail.backends.smtp.EmailBackend",
}[_choice("GONGZHI_MAIL", "FILE", "CONSOLE", "SMTP")]
EMAIL_FILE_PATH = OUTBOX_DIR / "mail"
DEFAULT_FROM_EMAIL = _text("GONGZHI_MAIL_FROM", "gongzhi@localhost")
EMAIL_HOST = _text("GONGZHI_MAIL_HOST", "localhost")
EMAIL_PORT = _number("GONGZHI_MAIL_PORT", 25, low=1, high=65535)
EMAIL_HOST_USER = _text("GONGZHI_MAIL_USER", "")
EMAIL_HOST_PASSWORD = _text("GONGZHI_MAIL_PASSWORD", "")
_MAIL_SECURITY = _choice("GONGZHI_MAIL_SECURITY", "NONE", "STARTTLS", "TLS")
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL_SECURITY == "STARTTLS", _MAIL_SECURITY == "TLS"
EMAIL_TIMEOUT = 10  # seconds; the clock waits no longer for a mail server
SMS_PROVIDER = _text("GONGZHI_SMS_PROVIDER", "gongzhi.notices.actions.FileProvider")
# The push services notices may go to, by the ends of their host names; an origin of one's own
# may be named whole: http://push.intranet:8080
PUSH_HOSTS = tuple(
    host
    for host in _text(
        "GONGZHI_PUSH_HOSTS",
        "fcm.googleapis.com,push.services.mozilla.com,notify.windows.com,push.apple.com",
    )
    .replace(" ", "")
    .split(",")
    if host
)
NOTICE_MAX_AGE_DAYS = _number("GONGZHI_NOTICE_MAX_AGE_DAYS", 3, low=1, high=365)
NOTICE_KEEP_DAYS = _number("GONGZHI_NOTICE_KEEP_DAYS", 180, low=7, high=3650)
NOTICES_PER_HOUR = _number("GONGZHI_NOTICES_PER_HOUR", 6, low=1, high=1000)
NOTICE_QUIET_HOURS = (
    _number("GONGZHI_QUIET_FROM", 22, low=0, high=23),
    _number("GONGZHI_QUIET_UNTIL", 7, low=0, high=23),
)

CSRF_FAILURE_VIEW = "gongzhi.site.web.foreign_form"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "gongzhi.site.log.OneLine",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["console"],
        "level": _choice("GONGZHI_LOG_LEVEL", "WARNING", "DEBUG", "INFO", "ERROR", "CRITICAL"),
    },
}
