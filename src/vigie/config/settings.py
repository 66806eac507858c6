"""Every setting of an installation: typed, read from the environment or a .env file, refused when wrong."""

import os
import re
import secrets
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

if TYPE_CHECKING:
    from vigie.apps.accounts.openid.client import Client
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
    keyring: Path | None = Field(
        None, description="File of the keys that secrets and evidence rest under; VIGIE_HOME/keyring.json when empty."
    )
    database_url: str | None = Field(
        None, description="postgresql://user:password@host:port/name; SQLite in VIGIE_HOME when empty."
    )
    broker_url: str | None = Field(
        None, description="amqp://user:password@host:port/vhost; the embedded worker when empty."
    )
    language: Literal["fr", "en"] = Field("fr", description="Language of a visitor who has not chosen one.")
    https: bool = Field(False, description="Behind HTTPS: cookies are then sent over HTTPS only.")
    web_processes: int | None = Field(
        None,
        ge=1,
        le=64,
        description="Processes that serve pages; when empty, one on SQLite, one a core on PostgreSQL.",
    )
    worker_lanes: int = Field(16, ge=1, le=128, description="Tasks that one worker process runs side by side.")
    resolvers: Annotated[list[str], NoDecode] = Field(
        [], description="DNS resolvers, address or address:port, comma-separated; the system's when empty."
    )
    nvd_api_key: str | None = Field(
        None,
        min_length=8,
        description="Key of the NVD's interface, free on request: its changes come ten times faster.",
    )
    feeds: str = Field(
        "network",
        description="Where vulnerability data comes from, each hour: network (its publishers), the folder of a mirror\n"
        "that somebody fills (/srv/mirror, docs/runbooks/feeds.md), or off.",
    )
    competent_authority: bool = Field(
        False,
        description="This installation is the authority that receives declarations of incidents (L.1111-8-2);\n"
        "when false, every such page says that it does not replace the official portal.",
    )
    cell_telephone: str | None = Field(
        None, max_length=30, description="Telephone of the cell that receives declarations, printed where one declares."
    )
    security_contact: str | None = Field(
        None,
        description="Where a weakness of Vigie itself, or of an establishment, can be told besides the form:\n"
        "mailto:, tel: or https:, published in /.well-known/security.txt.",
    )
    scanner_contact: str = Field(
        "https://example.org/who-scans-you",
        description="Where the owner of a scanned host can reach you: sent in the User-Agent.",
    )
    source_addresses: Annotated[list[str], NoDecode] = Field(
        [],
        description="Addresses that the looks come from, comma-separated, as the owner of a scanned host sees them:\n"
        "published on the page that says who looks.",
    )
    sweep_socket: Path | None = Field(
        None,
        description="Socket where systemd starts vigie-sweep (docs/runbooks/sweep.md); when empty, ports are swept by\n"
        "ordinary connections.",
    )
    public_url: str = Field(
        "http://127.0.0.1:8000",
        description="Address of the site as its readers reach it: the links in messages.\n"
        "When empty, where it listens.",
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
    openid_issuer: str | None = Field(
        None,
        description="Provider of identities (OpenID Connect), exactly as it names itself; no button when empty.",
    )
    openid_client_id: str | None = Field(None, description="What the provider calls this installation.")
    openid_client_secret: str | None = Field(None, description="What proves it to the provider.")
    openid_label: str = Field("ProConnect", max_length=40, description="Name of the provider on the sign-in page.")
    openid_scopes: Annotated[list[str], NoDecode] = Field(
        ["openid", "email"], description="What the provider is asked of a person, comma-separated."
    )
    openid_acr: Annotated[list[str], NoDecode] = Field(
        [], description="Levels of authentication (acr) of which one is demanded, comma-separated; any when empty."
    )
    openid_second_factor: Annotated[list[str], NoDecode] = Field(
        [],
        description="Values of acr or amr that stand for the second factor, comma-separated; when empty, none does\n"
        "and Vigie asks for its own.",
    )
    second_factor: Literal["required", "optional"] = Field(
        "required", description="Second factor of whoever sees findings: required, or optional (the demonstration)."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged.")

    @field_validator("source_addresses")
    @classmethod
    def _are_networks(cls, value: list[str]) -> list[str]:
        return [str(ip_network(text)).removesuffix("/32").removesuffix("/128") for text in value]

    @field_validator(
        "allowed_hosts",
        "resolvers",
        "source_addresses",
        "openid_scopes",
        "openid_acr",
        "openid_second_factor",
        mode="before",
    )
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("home", "keyring")
    @classmethod
    def _absolute(cls, value: Path | None) -> Path | None:
        return value.expanduser().resolve() if value is not None else None

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

    @field_validator("feeds")
    @classmethod
    def _place_of_feeds(cls, value: str) -> str:
        if value not in {"network", "off"} and not value.startswith("/"):
            raise ValueError("must be network, off, or the whole path of a folder")
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

    @field_validator("security_contact")
    @classmethod
    def _contact(cls, value: str | None) -> str | None:
        if value is not None and not re.fullmatch(r"(mailto:|tel:|https://)[!-~]+", value):
            raise ValueError("must begin with mailto:, tel: or https:// and hold no blank")
        return value

    @field_validator("openid_issuer")
    @classmethod
    def _issuer(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "")
        is_here = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}
        if value is not None and (not parts.hostname or parts.query or not (parts.scheme == "https" or is_here)):
            raise ValueError("must be https://host (http:// on this machine only)")
        return value

    @model_validator(mode="after")
    def _openid_is_whole(self) -> "Settings":
        if self.openid_issuer is not None and self.openid_client_id is None:
            raise ValueError("VIGIE_OPENID_ISSUER needs VIGIE_OPENID_CLIENT_ID")
        if self.openid_issuer is not None and "openid" not in self.openid_scopes:
            raise ValueError("VIGIE_OPENID_SCOPES must hold openid")
        return self

    def openid_client(self) -> "Client | None":
        """What this installation is for its provider of identities; None when none is configured."""
        if self.openid_issuer is None or self.openid_client_id is None:
            return None
        from vigie.apps.accounts.openid.client import Client

        return Client(
            issuer=self.openid_issuer,
            client_id=self.openid_client_id,
            client_secret=self.openid_client_secret,
            label=self.openid_label,
            scopes=tuple(self.openid_scopes),
            required_acr=frozenset(self.openid_acr),
            second_factor=frozenset(self.openid_second_factor),
            redirect_uri=f"{self.public_url}/sign-in/provider/answer",
            signed_out_uri=f"{self.public_url}/sign-in",
        )

    @model_validator(mode="after")
    def _reached_where_it_listens(self) -> "Settings":
        if "public_url" not in self.model_fields_set:
            host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 -- compared, not bound
            shown = f"[{host}]" if ":" in host else host
            object.__setattr__(self, "public_url", f"http://{shown}:{self.port}")
        return self

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
    def keyring_file(self) -> Path:
        return self.keyring or self.home / "keyring.json"

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

    @property
    def pages_served_by(self) -> int:
        """How many processes serve pages: one keeps SQLite and its memory calm, and one alone would idle PostgreSQL."""
        return self.web_processes or (1 if self.database_url is None else os.cpu_count() or 1)

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
