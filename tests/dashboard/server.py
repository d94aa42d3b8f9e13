"""The real server for tests: its own process, port and database; and the browser to visit it."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Playwright, expect

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 400  # the first start of a fresh clone installs what the pages are built from
STOP_SECONDS = 25

# All servers of a run show the same pages: the first one builds them, in whichever of the run's
# processes it is started.
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
BUILT = "tests.dashboard.built"

# On a busy machine a page is slow, not wrong.
expect.set_options(timeout=15_000)


@dataclass(slots=True)
class Server:
    """One running installation; `url` has no slash at its end."""

    url: str
    port: int
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes]

    def command(self, *arguments: str, text: str = "") -> str:
        """Run `python -m services …` on the same database and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "services", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=text,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return done.stdout.strip()

    def kill(self) -> None:
        """End it as a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> float:
        """End it as an administrator would and return the seconds it took."""
        began = time.monotonic()
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"still running after {STOP_SECONDS} s") from None
        return time.monotonic() - began

    def start(self) -> None:
        """Start it, or start it again on the same port and database, and wait until it serves."""
        folder = ROOT / self.environment["REFLEX_WEB_WORKDIR"]
        with folder.with_suffix(".built").open("a+") as built:
            fcntl.flock(built, fcntl.LOCK_EX)
            built.seek(0)
            if built.read() != RUN:
                self.run("reflex", "run", "--env", "prod")
                built.truncate(0)
                built.write(RUN)
                return
        self.run(BUILT)

    def run(self, module: str, *arguments: str) -> None:
        """Have Python run a module that serves on this port, and wait until it does."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/healthz", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        self.kill()
        raise AssertionError(f"the server did not start:\n{self.log.read_text()[-4000:]}")


@contextmanager
def running_server(folder: Path, *, pages: str = "tests", **settings: str) -> Iterator[Server]:
    """Run an empty installation with its data in `folder`; `settings` are AFTERLEAD_ names.

    `pages` names who shares the built pages; two runs at the same time must not.
    """
    port = free_port()
    values = {
        "database_url": f"sqlite:///{folder / 'afterlead.db'}",
        "host": "127.0.0.1",
        "port": str(port),
        "origins": "",
        "allow_targets": "127.0.0.1/32",
        "secret_key": "a key for tests",
        "worker": "inline",
        "lease_seconds": "60",
        **settings,
    }
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("AFTERLEAD_")},
        **{f"AFTERLEAD_{name.upper()}": text for name, text in values.items()},
        # Beside a server that a developer runs meanwhile.
        "REFLEX_WEB_WORKDIR": f".web_{pages}",
        "REFLEX_STATES_WORKDIR": str(folder / "states"),
        "REFLEX_UPLOADED_FILES_DIR": str(folder / "uploads"),
    }
    folder.mkdir(parents=True, exist_ok=True)
    server = Server(
        url=f"http://127.0.0.1:{port}",
        port=port,
        environment=environment,
        log=folder / "server.log",
        process=subprocess.Popen(["true"]),
    )
    server.start()
    try:
        yield server
    finally:
        server.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def launch_chromium(playwright: Playwright) -> Browser:
    """Start the system's Chromium, or Playwright's own where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    system = next((path for name in names if (path := shutil.which(name))), None)
    return playwright.chromium.launch(
        executable_path=system,
        args=[
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            # The sandbox needs a user of its own, which a container's root is not.
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
        ],
    )
