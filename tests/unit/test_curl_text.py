"""The command that repeats a request."""

import subprocess

from dashboard.components.curl_text import curl_text

NASTY = 'it\'s "quoted" $HOME `id` {x} \\ \n second line 🎉'


def words(command: str) -> list[str]:
    """Let a real shell read the command and say which words it would pass on."""
    shell = subprocess.run(
        ["bash", "-c", 'curl() { printf "%s\\0" "$@"; }\n' + command],
        capture_output=True,
        text=True,
        check=True,
    )
    return shell.stdout.split("\0")[:-1]


def test_a_shell_reads_every_value_exactly_as_it_was_sent() -> None:
    url = "https://partner.example/p?a=%2F&b={x}&c=it's"
    passed = words(curl_text(method="POST", url=url, headers=[("X-Note", NASTY)], body=NASTY))
    assert passed[passed.index("-X") + 1 :][:2] == ["POST", url]
    assert passed[passed.index("-H") + 1] == f"X-Note: {NASTY}"
    assert passed[passed.index("--data-raw") + 1] == NASTY


def test_a_request_without_a_body_sends_none() -> None:
    passed = words(curl_text(method="GET", url="https://p.example/", headers=[], body=None))
    assert "--data-raw" not in passed
