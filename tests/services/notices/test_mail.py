"""Notices by e-mail: grouped, plain, encrypted where it is asked for, and nobody's header."""

import ssl
from collections.abc import Iterator
from datetime import timedelta
from email.headerregistry import Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from models import NoticeSend
from models.words import NoticeSendStatus
from services.actor import Actor
from services.clock import utc_now
from services.errors import InvalidInput, TooMany
from services.mail import MAX_SUBJECT, message
from services.mail_server import MailServer
from services.notices import channel_trial, channels, mail, sending, telling
from services.settings import Settings
from tests.conftest import MakeSettings
from tests.factories import FrozenClock
from tests.mailbox import PASSWORD, USER, Mailbox
from tests.services.notices.conftest import Channels, MakeChannel
from tests.world import make_world, rows

SENDER = Address("Afterlead", addr_spec="alerts@example.com")


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as running:
        yield running


@pytest.fixture
def settings(make_settings: MakeSettings, mailbox: Mailbox) -> Settings:
    return make_settings(smtp_url=mailbox.url, mail_from="Afterlead <alerts@example.com>")


async def test_one_notice_is_one_plain_mail_that_says_what_and_where(
    job: Channels, make_channel: MakeChannel, mailbox: Mailbox, clock: FrozenClock
) -> None:
    world = await make_world()
    postback = await world.postback("https://partner.example/p?token=secret")
    await make_channel("ops@example.com")
    await job.fail(postback)
    await job.tick()
    assert mailbox.mails == []  # it waits for company
    clock.move(seconds=telling.GATHER.total_seconds())
    await job.tick()
    (got,) = mailbox.mails
    assert got["From"] == "Afterlead <alerts@example.com>"
    assert got["To"] == "ops@example.com"
    title = "1 delivery of postback “sale” to partner.example failed for good"
    assert got["Subject"] == f"[Afterlead] {title}"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got.get_content_type() == "text/plain"
    text = got.get_content()
    assert text.startswith(title)
    assert f"/logs/deliveries?status=failed&postback={postback}" in text
    assert "secret" not in text
    assert mailbox.recipients == [["ops@example.com"]]


async def test_what_comes_together_is_one_mail_and_the_next_waits(
    job: Channels, make_channel: MakeChannel, mailbox: Mailbox, clock: FrozenClock
) -> None:
    await make_channel("ops@example.com")
    for number in range(30):
        await job.fail(f"pb_{number}")
    await job.tick()
    clock.move(seconds=30)
    await job.tick(3)
    (got,) = mailbox.mails
    assert got["Subject"].startswith("[Afterlead] 30 notices: ")
    for number in range(30, 40):
        await job.fail(f"pb_{number}")
    await job.tick()
    clock.move(seconds=60)
    await job.tick(3)
    assert len(mailbox.mails) == 1
    clock.move(seconds=sending.EMAIL_REST.total_seconds())
    await job.tick(3)
    assert len(mailbox.mails) == 2
    assert {send.status for send in await rows(NoticeSend)} == {NoticeSendStatus.SENT}


async def test_a_refused_mail_is_tried_again_and_the_channel_says_why(
    job: Channels, make_channel: MakeChannel, mailbox: Mailbox, owner: Actor, clock: FrozenClock
) -> None:
    mailbox.refuse = "550 no such\tperson"
    row = await make_channel("nobody@example.com")
    await job.fail()
    await job.tick()
    clock.move(seconds=30)
    await job.tick()
    channel = await channels.get(owner, row.id)
    assert "550 no such person" in channel.last_error
    mailbox.refuse = ""
    clock.move(minutes=1)
    await job.tick()
    assert len(mailbox.mails) == 1
    assert (await channels.get(owner, row.id)).failing_since is None


async def test_a_test_arrives_at_once_and_not_twice_in_a_moment(
    job: Channels, make_channel: MakeChannel, mailbox: Mailbox, owner: Actor, clock: FrozenClock
) -> None:
    row = await make_channel("ops@example.com", name="Night\u2028shift")
    result = await channel_trial.send_test(owner, row.id, clock=clock)
    assert (result.succeeded, result.message) == (True, "")
    (got,) = mailbox.mails
    assert got["Subject"] == "[Afterlead] Test notice"
    with pytest.raises(TooMany):
        await channel_trial.send_test(owner, row.id, clock=clock)


@pytest.mark.parametrize(
    "target",
    [
        "ops@example.com\r\nBcc: all@example.com",
        "ops@example.com, all@example.com",
        "Ops <ops@example.com>",
        "ops",
        '"a b"@example.com',
        "ö@example.com",
    ],
)
async def test_an_address_that_is_not_exactly_one_is_refused(
    make_channel: MakeChannel, target: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await make_channel(target, kind="email")
    assert set(refused.value.fields) == {"target"}


@pytest.mark.parametrize(
    "text",
    ["a\r\nBcc: evil@example.com", "a\nb", "a\x00b", "a\u2028b", "ä" * 400, "=?utf-8?q?x?="],
)
async def test_no_text_becomes_a_header(text: str, mailbox: Mailbox) -> None:
    made = message(text, text, sender=SENDER, to="ops@example.com", now=utc_now())
    result = await mail.send(MailServer("127.0.0.1", mailbox.port), made)
    assert result.succeeded, result.message
    (got,) = mailbox.mails
    assert got["Bcc"] is None
    assert mailbox.recipients == [["ops@example.com"]]
    assert len(got["Subject"]) <= MAX_SUBJECT
    assert "\n" not in got["Subject"]


# The connection


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
async def test_a_password_is_used_and_a_wrong_one_is_explained() -> None:
    made = message("x", "x", sender=SENDER, to="ops@example.com", now=utc_now())
    with Mailbox(asks_for_password=True) as mailbox:
        right = MailServer("127.0.0.1", mailbox.port, user=USER, password=PASSWORD)
        assert (await mail.send(right, made)).succeeded
        wrong = MailServer("127.0.0.1", mailbox.port, user=USER, password="wrong")
        refused = await mail.send(wrong, made)
    assert "AFTERLEAD_SMTP_URL" in refused.message
    assert "wrong" not in refused.message
    assert len(mailbox.mails) == 1


async def test_starttls_is_used_and_an_unknown_certificate_is_refused(tmp_path: Path) -> None:
    server_side, trusting = certificate(tmp_path)
    made = message("x", "x", sender=SENDER, to="ops@example.com", now=utc_now())
    with Mailbox(ssl_context=server_side) as mailbox:
        server = MailServer("localhost", mailbox.port, starttls=True)
        refused = await mail.send(server, made)
        assert not refused.succeeded
        assert "certificate" in refused.message
        assert mailbox.mails == []
        assert (await mail.send(server, made, context=trusting)).succeeded
        plain = await mail.send(MailServer("localhost", mailbox.port), made)
        assert not plain.succeeded
    assert len(mailbox.mails) == 1


async def test_a_server_without_starttls_gets_nothing(mailbox: Mailbox) -> None:
    made = message("x", "x", sender=SENDER, to="ops@example.com", now=utc_now())
    refused = await mail.send(MailServer("127.0.0.1", mailbox.port, starttls=True), made)
    assert "STARTTLS" in refused.message
    assert mailbox.mails == []


async def test_a_server_that_is_down_is_explained(mailbox: Mailbox) -> None:
    made = message("x", "x", sender=SENDER, to="ops@example.com", now=utc_now())
    down = MailServer("127.0.0.1", 1)
    assert "refused the connection" in (await mail.send(down, made)).message


# Without a server


class TestWithoutAServer:
    @pytest.fixture
    def settings(self, make_settings: MakeSettings) -> Settings:
        return make_settings()

    async def test_no_email_channel_can_be_saved(self, make_channel: MakeChannel) -> None:
        assert not channel_trial.mail_state().is_set
        with pytest.raises(InvalidInput) as refused:
            await make_channel("ops@example.com")
        assert "AFTERLEAD_SMTP_URL" in refused.value.fields["kind"]


async def test_a_channel_whose_server_was_taken_away_says_so(
    job: Channels,
    make_channel: MakeChannel,
    make_settings: MakeSettings,
    owner: Actor,
    clock: FrozenClock,
) -> None:
    row = await make_channel("ops@example.com")
    job.job._settings = make_settings()
    await job.fail()
    await job.tick()
    clock.move(seconds=30)
    await job.tick()
    assert "AFTERLEAD_SMTP_URL" in (await channels.get(owner, row.id)).last_error


async def test_the_state_of_the_mail_server_shows_no_password(
    make_channel: MakeChannel, mailbox: Mailbox
) -> None:
    state = channel_trial.mail_state()
    assert state.server == f"127.0.0.1:{mailbox.port}"
    assert (state.sender, state.is_encrypted) == ("Afterlead <alerts@example.com>", False)


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return the server's context with a certificate of its own, and one that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = utc_now()
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cafile=str(path))
