"""The mail server as an administrator writes it: read, or refused without repeating a password."""

import pytest
from pydantic import ValidationError

from services.mail_server import MailServer, read_mail_server, read_sender
from services.settings import Settings


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", MailServer("mail.example", 25)),
        (
            "smtp://u:p%40ss%2F@mail.example:587?starttls",
            MailServer("mail.example", 587, starttls=True, user="u", password="p@ss/"),
        ),
        (
            "smtps://u:p@mail.example",
            MailServer("mail.example", 465, tls=True, user="u", password="p"),
        ),
        ("smtp://u:p@127.0.0.1:25", MailServer("127.0.0.1", 25, user="u", password="p")),
        ("smtp://[::1]:25/", MailServer("::1", 25)),
    ],
)
def test_a_mail_server_is_read_from_one_url(url: str, server: MailServer) -> None:
    assert read_mail_server(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:seven",
        "smtp://mail.example/inbox",
        "smtp://mail.example?tls",
        "smtps://mail.example?starttls",
        "smtp://u:hunter2@mail.example",
        "smtp://u:hunter2%0a@127.0.0.1",
    ],
)
def test_anything_else_is_refused_without_repeating_a_password(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, smtp_url=url, mail_from="a@b.example")
    (problem,) = refused.value.errors()
    assert problem["loc"] == ("smtp_url",)
    assert "hunter2" not in problem["msg"]


@pytest.mark.parametrize("text", ["", "a", "a@", "a@b.example\r\nBcc: c@d.example", "a@b, c@d"])
def test_a_mail_server_needs_a_sender_that_is_an_address(text: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(_env_file=None, smtp_url="smtp://mail.example", mail_from=text)
    (problem,) = refused.value.errors()
    assert problem["loc"] == ("mail_from",)


def test_a_sender_may_have_a_name() -> None:
    found = read_sender("Afterlead <alerts@example.com>")
    assert (found.display_name, found.addr_spec) == ("Afterlead", "alerts@example.com")
    assert "hunter2" not in repr(
        Settings(_env_file=None, smtp_url="smtps://u:hunter2@m.example", mail_from="a@b.example")
    )
