"""Django's settings, all derived from vigie.config.settings."""

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from . import settings as _settings

VIGIE = _settings.load()
PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = VIGIE.signing_key()
DEBUG = False
ALLOWED_HOSTS = VIGIE.allowed_hosts

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "vigie.apps.jobs.apps.JobsConfig",
    "vigie.apps.audit.apps.AuditConfig",
    "vigie.apps.vault.apps.VaultConfig",
    "vigie.apps.registry.apps.RegistryConfig",
    "vigie.apps.accounts.apps.AccountsConfig",
    "vigie.apps.notices.apps.NoticesConfig",
    "vigie.apps.assets.apps.AssetsConfig",
    "vigie.apps.vulns.apps.VulnsConfig",
    "vigie.apps.scans.apps.ScansConfig",
    "vigie.apps.findings.apps.FindingsConfig",
    "vigie.apps.incidents.apps.IncidentsConfig",
    "vigie.apps.watch.apps.WatchConfig",
    "vigie.apps.observatory.apps.ObservatoryConfig",
    "vigie.web.apps.WebConfig",
    "vigie.config.signals.SignalsConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "vigie.web.sessions.BoundSessionMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "vigie.web.access.AccessMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
FILE_UPLOAD_HANDLERS = ["vigie.web.uploads.BoundedUploadHandler"]

ROOT_URLCONF = "vigie.config.urls"
WSGI_APPLICATION = "vigie.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "vigie.web.context.installation",
            ],
        },
    }
]

DATABASES = {"default": VIGIE.database}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TASKS: dict[str, Any] = {
    "default": {
        "BACKEND": (
            "vigie.apps.jobs.backends.celery.CeleryBackend"
            if VIGIE.broker_url
            else "vigie.apps.jobs.backends.embedded.EmbeddedBackend"
        ),
        # "scans" apart: only the machines that may contact establishments serve it (`vigie worker --queue scans`).
        "QUEUES": ["default", "scans"],
        # The database's name keeps two installations apart on one broker: a job's number means nothing elsewhere.
        "OPTIONS": {"broker_url": VIGIE.broker_url, "prefix": f"vigie.{Path(VIGIE.database['NAME']).name}."},
    }
}

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "web:sign-in"
LOGIN_REDIRECT_URL = "web:home"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

SECOND_FACTOR_REQUIRED = VIGIE.second_factor == "required"

LANGUAGE_CODE = VIGIE.language
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"

STATIC_URL = "static/"
STATIC_ROOT = None  # nothing is collected: whitenoise reads the files inside the package
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = VIGIE.https
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if VIGIE.https else None
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
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": VIGIE.log_level},
}
