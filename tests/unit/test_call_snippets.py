"""A shell and Python read the snippets of our API's calls as they were meant."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(sys.executable).parent / "node"
NASTY = 'it\'s "quoted" $HOME `id` {x} \\ \n second line 🎉 é'
WRITE = """
import { curlCall, pythonCall } from "%s";
const call = JSON.parse(process.argv[1]);
const origin = "https://afterlead.example.com";
console.log(JSON.stringify([curlCall(origin, call), pythonCall(origin, call)]));
"""
# Instead of the network: what would be sent, as JSON.
REQUESTS = """
import json
class _Answer:
    status_code, text = 200, ""
def _sent(url, **given):
    print(json.dumps({"url": url, **given}))
    return _Answer()
get = post = delete = _sent
"""


def snippets(call: dict[str, object]) -> list[str]:
    program = WRITE % (ROOT / "assets" / "elements" / "call.js")
    command = [NODE, "--input-type=module", "--eval", program, json.dumps(call)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


BODY = {"text": NASTY, "no": None, "yes": True, "number": 49.5, "list": [1, {"a": []}], "empty": {}}


@pytest.fixture(scope="module")
def written() -> list[str]:
    query = {"q": "a b&c=d'e", "empty": ""}
    return snippets({"method": "POST", "path": "/api/v1/events", "query": query, "body": BODY})


def test_a_shell_reads_the_call(written: list[str]) -> None:
    stub = 'curl() { printf "%s\\0" "$@"; }\nAFTERLEAD_KEY=secret\n'
    told = subprocess.run(["bash", "-c", stub + written[0]], capture_output=True, check=True)
    passed = told.stdout.decode().split("\0")[:-1]
    assert passed[:2] == ["-X", "POST"]
    assert passed[2] == "https://afterlead.example.com/api/v1/events?q=a+b%26c%3Dd%27e"
    headers = [passed[i + 1] for i, word in enumerate(passed) if word == "-H"]
    assert headers == ["Authorization: Bearer secret", "Content-Type: application/json"]
    assert json.loads(passed[passed.index("-d") + 1]) == BODY


def test_python_runs_the_call(written: list[str], tmp_path: Path) -> None:
    (tmp_path / "requests.py").write_text(REQUESTS)
    (tmp_path / "call.py").write_text(written[1])
    environment = {**os.environ, "AFTERLEAD_KEY": "secret"}
    told = subprocess.run(
        [sys.executable, "call.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    sent = json.loads(told.stdout.splitlines()[0])
    assert sent["url"] == "https://afterlead.example.com/api/v1/events"
    assert (sent["params"], sent["json"]) == ({"q": "a b&c=d'e"}, BODY)
    assert sent["headers"] == {"Authorization": "Bearer secret"}


def test_a_call_whose_address_has_the_key_sends_no_header() -> None:
    curl, python = snippets({"method": "GET", "path": "https://a.example/in/KEY?x=1", "key": False})
    assert curl == "curl 'https://a.example/in/KEY?x=1'"
    assert "AFTERLEAD_KEY" not in python
