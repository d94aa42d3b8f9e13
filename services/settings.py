"""The process settings: read once from the environment and `.env`; a bad value refuses to start."""

import ipaddress
import os
import sys
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

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
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

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
