"""A program that knows only /openapi.json tries every operation: nothing is answered otherwise."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.dashboard.server import Server, free_port

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "allow_header_conformance",
    "negative_data_rejection",
    "ignored_auth",
)
# What the examples speak of, so that they lead past 404.
STANDING = (
    ("/campaigns", {"key": "auto-us", "name": "Auto US"}),
    ("/campaigns", {"key": "auto-ca", "name": "Auto CA"}),
    ("/affiliates", {"key": "north-media", "name": "North Media"}),
    ("/event-types", {"name": "sale", "is_conversion": True}),
    ("/event-types", {"name": "qualified"}),
    ("/leads", {"campaign": "auto-us", "transaction_id": "t-1"}),
    ("/echo", {"name": "my-partner"}),
)
CONFIG = """
[[operations]]
include-path = "/in/{{key}}"
parameters = {{ "path.key" = "{key}" }}
"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Server]:
    """Run the HTTP side alone, by the server of production, without building the pages."""
    port = free_port()
    environment = {
        **os.environ,
        "AFTERLEAD_DATABASE_URL": f"sqlite:///{tmp_path / 'afterlead.db'}",
        "AFTERLEAD_PORT": str(port),
        "AFTERLEAD_SECRET_KEY": "a key for tests",
        "AFTERLEAD_SENDERS": "0",
    }
    idle = subprocess.Popen(["true"])
    url = f"http://127.0.0.1:{port}"
    server = Server(url, port, environment, tmp_path / "server.log", idle)
    server.run("tests.benchmarks.served")
    yield server
    server.stop()


def test_every_answer_is_one_of_those_that_are_described(served: Server, tmp_path: Path) -> None:
    key = served.command("create-key", "--name", "description", "--scope", "admin")
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=f"{served.url}/api/v1", headers=headers) as api:
        for path, body in STANDING:
            assert api.post(path, json=body).status_code == 201
        incoming = api.post("/incoming-urls", json={"name": "A partner"}).json()["key"]
    settings = tmp_path / "schemathesis.toml"
    settings.write_text(CONFIG.format(key=incoming))
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", f"--config-file={settings}", "run"),
            *(f"{served.url}/openapi.json", "--header", f"Authorization: Bearer {key}"),
            *("--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing"),
            *("--seed", "1", "--max-examples", "5"),
            *("--continue-on-failure", "--no-color", "--warnings", "off"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert "Traceback" not in served.log.read_text()
