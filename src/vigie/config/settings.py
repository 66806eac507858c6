"""Every setting of an installation: typed, read from the environment or a .env file, refused when wrong."""

import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

if TYPE_CHECKING:
    from vigie.channels.smtp import SmtpDoor


class SettingsError(Exception):
    """The environment or the .env file holds a value that cannot be used; the message names each one."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="VIGIE_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Field(
        Path.home() / ".local/share/vigie", description="Folder of all state: database, secret, laboratory."
    )
    host: str = Field("127.0.0.1", description="Address that the web server listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port that the web server listens on.")
    allowed_hosts: Annotated[list[str], NoDecode] = Field(
        ["localhost", "127.0.0.1", "[::1]"],
        description="Host names that the site answers to, comma-separated.",
    )
    secret_key: str | None = Field(
        None, min_length=32, description="Signing key; made once in VIGIE_HOME/secret-key when empty."
    )
    database_url: str | None = Field(
        None, description="postgresql://user:password@host:port/name; SQLite in VIGIE_HOME when empty."
    )
    broker_url: str | None = Field(
        None, description="amqp://user:password@host:port/vhost; the embedded worker when empty."
    )
    language: Literal["fr", "en"] = Field("fr", description="Language of a visitor who has not chosen one.")
    https: bool = Field(False, description="Behind HTTPS: cookies are then sent over HTTPS only.")
    worker_lanes: int = Field(16, ge=1, le=128, description="Tasks that one worker process runs side by side.")
    resolvers: Annotated[list[str], NoDecode] = Field(
        [], description="DNS resolvers, address or address:port, comma-separated; the system's when empty."
    )
    nvd_api_key: str | None = Field(
        None,
        min_length=8,
        description="Key of the NVD's interface, free on request: its changes come ten times faster.",
    )
    scanner_contact: str = Field(
        "https://example.org/who-scans-you",
        description="Where the owner of a scanned host can reach you: sent in the User-Agent.",
    )
    public_url: str = Field(
        "http://127.0.0.1:8000", description="Address of the site as its readers reach it: the links in messages."
    )
    smtp_url: str | None = Field(
        None,
        description="smtps://user:password@host:465, smtp://host (STARTTLS) or smtp+clear://localhost; when empty,\n"
        "nothing is sent and the outbox shows what would be.",
    )
    smtp_from: str | None = Field(None, description="Address that messages are sent from.")
    smtp_client_certificate: Path | None = Field(
        None, description="PEM file of a key and its certificate, for a mail server that asks for one (MSSanté)."
    )
    smtp_authorities: Path | None = Field(
        None, description="PEM file of more authorities to trust for the mail server (MSSanté has its own)."
    )
    second_factor: Literal["required", "optional"] = Field(
        "required", description="Second factor of whoever sees findings: required, or optional (the demonstration)."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged.")

    @field_validator("allowed_hosts", "resolvers", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("home")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("database_url")
    @classmethod
    def _postgresql(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).scheme not in {"postgresql", "postgres"}:
            raise ValueError("must begin with postgresql:// (leave it empty for SQLite)")
        return value

    @field_validator("broker_url")
    @classmethod
    def _amqp(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).scheme not in {"amqp", "amqps"}:
            raise ValueError("must begin with amqp:// (leave it empty for the embedded worker)")
        return value

    @field_validator("public_url")
    @classmethod
    def _site(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be https://host, without anything after its path")
        return value.rstrip("/")

    @field_validator("smtp_from")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(
            r"[A-Za-z0-9.!#$%&'*+/=?^_{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", value
        ):
            raise ValueError("must be one plain address: vigie@example.org")
        return value

    @model_validator(mode="after")
    def _mail_is_whole(self) -> "Settings":
        if self.smtp_url is not None:
            if self.smtp_from is None:
                raise ValueError("VIGIE_SMTP_URL needs VIGIE_SMTP_FROM, the address that messages are sent from")
            self.mail_door()
        return self

    def mail_door(self) -> "SmtpDoor | None":
        """Where messages leave by; None when no mail server is configured."""
        if self.smtp_url is None:
            return None
        from vigie.channels.smtp import door

        return door(self.smtp_url, certificate=self.smtp_client_certificate, authorities=self.smtp_authorities)

    @model_validator(mode="after")
    def _broker_needs_postgresql(self) -> "Settings":
        if self.broker_url and not self.database_url:
            raise ValueError("VIGIE_BROKER_URL needs VIGIE_DATABASE_URL: several machines cannot share SQLite")
        return self

    @property
    def database(self) -> dict[str, Any]:
        """The Django DATABASES entry."""
        if self.database_url is None:
            return {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": self.home / "vigie.sqlite3",
                # IMMEDIATE: a deferred transaction that turns to writing fails at once when another writes.
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "timeout": 20,
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-32000",
                },
            }
        url = urlsplit(self.database_url)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(url.path.lstrip("/")),
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": url.hostname or "",
            "PORT": str(url.port or ""),
            "OPTIONS": {
                "connect_timeout": 5,
                # Each lane may hold one for its task and one for what watches beside it; then the upkeep and the pages.
                "pool": {"min_size": 0, "max_size": 2 * self.worker_lanes + 8, "timeout": 10},
            },
        }

    def signing_key(self) -> str:
        """The secret key, made and kept in the home folder the first time; a throw-away one before `init`."""
        if self.secret_key:
            return self.secret_key
        path = self.home / "secret-key"
        if path.is_file():
            return path.read_text().strip()
        if not self.home.is_dir():
            return secrets.token_urlsafe(48)
        key = secrets.token_urlsafe(48)
        try:
            path.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            return path.read_text().strip()
        except OSError:
            return key  # read-only folder: doctor and serve tell it in words
        path.write_text(key)
        return key


def load() -> Settings:
    """Read the settings; raise SettingsError with one line per wrong value."""
    try:
        return Settings()
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            name = f"VIGIE_{problem['loc'][0]}".upper() if problem["loc"] else "settings"
            lines.append(f"{name}: {problem['msg'].removeprefix('Value error, ')}")
        raise SettingsError("\n".join(lines)) from error
