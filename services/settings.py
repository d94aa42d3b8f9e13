"""The process settings: read once from the environment and `.env`; a bad value refuses to start."""

import ipaddress
import os
import sys
from email.headerregistry import Address
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.mail_server import MailServer, is_loopback, read_mail_server, read_sender

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Everything an administrator can set, each as `AFTERLEAD_<NAME>`."""

    model_config = SettingsConfigDict(
        env_prefix="AFTERLEAD_", env_file=".env", frozen=True, extra="ignore"
    )

    database_url: str = Field(
        default=f"sqlite:///{_ROOT / '.data' / 'afterlead.db'}",
        description="sqlite:///path or postgresql://user:password@host/database",
    )
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=3000, ge=1, le=65535, description="port of dashboard and API")
    origins: str = Field(
        default="",
        description="comma-separated origins that browsers may use, such as https://a.example",
    )
    proxy_hops: int = Field(
        default=0,
        ge=0,
        le=10,
        description="proxies in front whose X-Forwarded-For and X-Forwarded-Proto are believed",
    )
    allow_targets: str = Field(
        default="", description="comma-separated CIDRs that postbacks may reach though private"
    )
    secret_key: str = Field(default="", description="unset: made once, beside the database")
    worker: Literal["inline", "off"] = Field(
        default="inline", description="inline: this process sends postbacks; off: another one does"
    )
    senders: int | None = Field(
        default=None,
        ge=0,
        le=16,
        description="processes that send under load beside the worker; unset: one per further core",
    )
    lease_seconds: float = Field(
        default=60, ge=1, le=3600, description="how long a worker owns a claimed delivery"
    )
    smtp_url: str = Field(
        default="",
        repr=False,
        description="server for e-mail: smtp://user:password@host:587?starttls or smtps://",
    )
    mail_from: str = Field(
        default="",
        validate_default=True,
        description="sender of e-mail: alerts@example.com or Name <alerts@example.com>",
    )
    retention_delivered_days: int = Field(
        default=30, ge=0, description="days that what was delivered or skipped is kept; 0: for ever"
    )
    retention_bodies_days: int = Field(
        default=7, ge=0, description="days that bodies of what was delivered are kept; 0: as long"
    )
    retention_failed_days: int = Field(
        default=90, ge=0, description="days that everything else is kept; 0: for ever"
    )
    retention_unmatched_days: int = Field(
        default=30, ge=0, description="days that a call waits for its lead; 0: for ever"
    )

    retention_payload_days: int = Field(
        default=0, ge=0, description="days that what callers sent is kept as it came; 0: for ever"
    )

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise ValueError("must start with sqlite:/// or postgresql://")
        return value

    @field_validator("allow_targets")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in _parts(value):
            ipaddress.ip_network(part)
        return value

    @field_validator("origins")
    @classmethod
    def _named_origins(cls, value: str) -> str:
        for part in _parts(value):
            if part == "*" or not part.startswith(("http://", "https://")):
                raise ValueError(f"{part!r} is not an origin; write https://host, never *")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _known_mail_server(cls, value: str) -> str:
        if value:
            read_mail_server(value)
        return value

    @field_validator("mail_from")
    @classmethod
    def _known_sender(cls, value: str, info: ValidationInfo) -> str:
        if value:
            read_sender(value)
        elif info.data.get("smtp_url"):
            raise ValueError("is needed with AFTERLEAD_SMTP_URL; write alerts@example.com")
        return value

    @cached_property
    def mail_server(self) -> MailServer | None:
        """Return the server for e-mail, or None when there is none."""
        return read_mail_server(self.smtp_url) if self.smtp_url else None

    @cached_property
    def mail_sender(self) -> Address | None:
        """Return whom e-mail is from, or None when that is not set."""
        return read_sender(self.mail_from) if self.mail_from else None

    @cached_property
    def public_origin(self) -> str:
        """Return the origin of links that leave the dashboard, without a slash at its end."""
        return self.allowed_origins[0]

    @cached_property
    def allowed_origins(self) -> tuple[str, ...]:
        """Return the origins whose pages may talk to us; never empty, never `*`."""
        given = tuple(part.rstrip("/") for part in _parts(self.origins))
        return given or tuple(f"http://{host}:{self.port}" for host in ("localhost", "127.0.0.1"))

    @cached_property
    def allowed_networks(self) -> tuple[Network, ...]:
        """Return the private ranges that postbacks may reach all the same."""
        return tuple(ipaddress.ip_network(part) for part in _parts(self.allow_targets))

    @cached_property
    def is_loopback(self) -> bool:
        """Tell whether only this machine can reach us."""
        return is_loopback(self.host)

    @cached_property
    def sending_processes(self) -> int:
        """Return how many processes may send beside the worker's own: at most 4 by default."""
        if self.senders is not None:
            return self.senders
        return min(max((os.cpu_count() or 1) - 1, 0), 4)

    @cached_property
    def is_sqlite(self) -> bool:
        """Tell whether the database is a file."""
        return self.database_url.startswith("sqlite")

    @cached_property
    def sqlite_path(self) -> Path:
        """Return the database file's absolute path; only for SQLite."""
        return Path(self.database_url.removeprefix("sqlite:///")).expanduser().resolve()

    @cached_property
    def data_folder(self) -> Path:
        """Return the folder for locks and the secret key: the database's, else `.data`."""
        return self.sqlite_path.parent if self.is_sqlite else _ROOT / ".data"


def _parts(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


@lru_cache
def get_settings() -> Settings:
    """Return the process settings.

    Ends the process with a sentence for each wrong value: nothing may start half configured.
    """
    try:
        return Settings()
    except ValidationError as error:
        for problem in error.errors():
            name = "_".join(str(part) for part in problem["loc"]).upper()
            sys.stderr.write(f"AFTERLEAD_{name}: {problem['msg']}\n")
        raise SystemExit(2) from None
