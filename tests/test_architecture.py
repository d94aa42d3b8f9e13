"""What the house rests on: sizes, who imports whom, and that no handler stands open."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 400
WEB_FRAMEWORKS = {"reflex", "reflex_base", "fastapi", "starlette", "socketio", "granian"}
NOT_IN_THE_DASHBOARD = {"sqlalchemy", "sqlmodel", "sqlite3", "psycopg", "httpx", "httptools"}
VAGUE_NAMES = {"utils", "helpers", "manager", "common", "misc"}


def sources(*folders: str) -> list[Path]:
    return sorted(
        path
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if "versions" not in path.parts
    )


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def offenders(folders: tuple[str, ...], forbidden: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(*folders)
        for name in imports_of(path)
        if name.partition(".")[0] in forbidden
    ]


def test_no_file_is_longer_than_400_lines() -> None:
    files = [
        *sources("models", "services", "dashboard", "tests"),
        *(ROOT / "assets").rglob("*.jsx"),
    ]
    long = {
        str(path.relative_to(ROOT)): lines
        for path in files
        if (lines := len(path.read_text().splitlines())) > LONGEST
    }
    assert long == {}


def test_no_file_has_a_name_that_says_nothing() -> None:
    names = {path.stem for path in sources("models", "services", "dashboard")}
    assert names & VAGUE_NAMES == set()


def test_nothing_below_the_dashboard_knows_a_web_framework() -> None:
    assert offenders(("models", "services"), WEB_FRAMEWORKS) == []


def test_the_dashboard_knows_no_sql_and_no_http_client() -> None:
    assert offenders(("dashboard",), NOT_IN_THE_DASHBOARD) == []


def test_handlers_catch_no_bugs() -> None:
    caught = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources("dashboard")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or getattr(node.type, "id", "") in {"Exception", "BaseException"})
    ]
    assert caught == []


def test_no_page_asks_reflex_to_evaluate_text() -> None:
    """The pages' Content-Security-Policy forbids it: `components.browser` asks by name instead."""
    evaluating = {"call_script", "call_function", "run_script", "set_clipboard", "toast"}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources("dashboard")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and node.attr in evaluating
        and getattr(node.value, "id", "") == "rx"
        and path.name != "theme.py"  # the toast region itself
    ]
    assert found == []


def test_no_text_field_waits_for_the_server_to_show_a_key() -> None:
    """A field with the State's value takes keys back until the answer; see `form_field.typed`."""
    bare = []
    for path in sources("dashboard"):
        tree = ast.parse(path.read_text())
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        wrapped = {
            id(argument)
            for call in calls
            if ast.unparse(call.func) in {"typed", "rx.debounce_input"}
            for argument in call.args
        }
        bare += [
            f"{path.relative_to(ROOT)}:{call.lineno}"
            for call in calls
            if ast.unparse(call.func) in {"rx.el.input", "rx.el.textarea", "rx.input"}
            and "value" in {keyword.arg for keyword in call.keywords}
            and "read_only" not in {keyword.arg for keyword in call.keywords}
            and "radio" not in ast.unparse(call)
            and id(call) not in wrapped
        ]
    assert bare == []


def test_the_import_contracts_are_kept() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def handlers() -> dict[str, object]:
    """Return every handler that a browser can name, by its full name."""
    import reflex as rx

    import dashboard.dashboard  # noqa: F401 - registers every State

    def below(state: type[rx.State]) -> Iterator[type[rx.State]]:
        for child in state.get_substates():
            yield child
            yield from below(child)

    return {
        f"{state.get_full_name()}.{name}": handler.fn
        for state in below(rx.State)
        if not state.__module__.startswith("reflex")
        for name, handler in state.event_handlers.items()
        # Reflex's own; it can only call handlers named set_…, which pass the guard by themselves.
        if name != "setvar"
    }


def test_every_handler_declares_the_right_that_it_needs(handlers: dict[str, object]) -> None:
    from dashboard.access import ACCESS, PUBLIC
    from services.actor import Right

    assert len(handlers) > 20, "the walk over all States finds nothing"
    known = {PUBLIC, *Right}
    undeclared = [name for name, fn in handlers.items() if getattr(fn, ACCESS, None) not in known]
    assert undeclared == []


def test_only_the_way_in_is_public(handlers: dict[str, object]) -> None:
    from dashboard.access import ACCESS, PUBLIC

    public = {
        ".".join(name.rsplit(".", 2)[-2:])
        for name, fn in handlers.items()
        if getattr(fn, ACCESS, "") == PUBLIC
    }
    assert {name.rpartition("___")[2] for name in public} == {
        "sign_in_state.open",
        "sign_in_state.sign_in",
        "sign_in_state.start_over",
        "setup_state.open",
        "setup_state.create_owner",
        "forgotten_state.open",
        "forgotten_state.wish",
        "welcome_state.open",
        "welcome_state.choose",
    }


def test_the_stylesheet_hides_what_each_right_allows() -> None:
    from services.actor import Right

    style = (ROOT / "assets" / "style.css").read_text()
    for right in set(Right) - {Right.READ, Right.INCOMING}:
        assert f'html:not([data-may~="{right}"]) [data-right="{right}"]' in style


def test_no_upload_and_no_frontend_storage_goes_around_the_guard() -> None:
    """Uploads and Cookie or LocalStorage vars are written without an event of ours."""
    used = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in sources("dashboard")
        for name in ("rx.Cookie", "rx.LocalStorage", "rx.SessionStorage", "rx.upload", "UploadFile")
        if name in path.read_text()
    ]
    assert used == []
