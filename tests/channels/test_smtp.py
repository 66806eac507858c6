"""Mail leaves over TLS, under our certificate when asked, and we know what became of it."""

from email.message import EmailMessage

import pytest

from vigie.channels.smtp import (
    SmtpDeferred,
    SmtpRefused,
    SmtpUncertain,
    SmtpUnreachable,
    door,
    line,
)

from .feed_server import make_certificate
from .mail_server import mail_server, rude_server

FROM = "vigie@vigie.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("server"))


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("client"))


def letter(to="officer@valmorne.example"):
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = FROM, to, "<abc@vigie.example>"
    message["Subject"] = "Vigie : un message vous attend"
    message.set_content("Établissement\n.\n..point\n", cte="quoted-printable")
    return message


def send(where, to="officer@valmorne.example"):
    with line(where) as talk:
        return talk.send(letter(to), sender=FROM, recipient=to, envelope_id="abc")


def clear(port):
    return door(f"smtp+clear://127.0.0.1:{port}")


def test_a_message_leaves_over_tls_whole(certificate):
    with mail_server(certificate) as (kept, port):
        receipt = send(door(f"smtps://127.0.0.1:{port}", authorities=certificate))
    assert (receipt.reply, receipt.will_report) == ("250 2.0.0 queued as 4F2A", True)
    (message,) = kept.messages
    assert message["Message-ID"] == "<abc@vigie.example>"
    assert message.get_payload(decode=True).decode().splitlines() == ["Établissement", ".", "..point"]


def test_starttls_is_used_and_the_account_is_sent_only_after_it(certificate):
    with mail_server(certificate, starttls=True, account=True) as (kept, port):
        send(door(f"smtp://vigie:a%20b%40c@127.0.0.1:{port}", authorities=certificate))
    assert len(kept.messages) == 1


def test_a_server_that_asks_for_our_certificate_sees_it(certificate, ours):
    with mail_server(certificate, client=ours) as (kept, port):
        send(door(f"smtps://127.0.0.1:{port}", certificate=ours, authorities=certificate))
    assert kept.certificates[0]["subject"] == ((("commonName", "feeds.example"),),)


def test_without_our_certificate_it_lets_nothing_in(certificate, ours):
    with mail_server(certificate, client=ours) as (kept, port), pytest.raises(SmtpUnreachable):
        send(door(f"smtps://127.0.0.1:{port}", authorities=certificate))
    assert kept.messages == []


def test_a_server_without_starttls_is_told_nothing(certificate):
    with mail_server() as (kept, port), pytest.raises(SmtpUnreachable, match="STARTTLS"):
        send(door(f"smtp://vigie:secret@127.0.0.1:{port}", authorities=certificate))
    assert kept.messages == []


def test_a_server_under_an_unknown_authority_is_told_nothing(certificate):
    with mail_server(certificate) as (kept, port), pytest.raises(SmtpUnreachable, match="CERTIFICATE_VERIFY_FAILED"):
        send(door(f"smtps://127.0.0.1:{port}"))
    assert kept.messages == []


def test_a_wrong_password_is_told_without_the_password(certificate):
    with (
        mail_server(certificate, starttls=True, account=True) as (_, port),
        pytest.raises(SmtpUnreachable, match="535") as told,
    ):
        send(door(f"smtp://vigie:s3cret@127.0.0.1:{port}", authorities=certificate))
    assert "s3cret" not in str(told.value)


@pytest.mark.parametrize(
    ("to", "error", "words"),
    [
        pytest.param("never@valmorne.example", SmtpRefused, "550 5.1.1", id="unknown-person"),
        pytest.param("later@valmorne.example", SmtpDeferred, "451 4.7.1", id="greylisted"),
        pytest.param("spam@valmorne.example", SmtpRefused, "554 5.7.1", id="content"),
        pytest.param("dies@valmorne.example", SmtpUncertain, "fell silent", id="dies-after-the-message"),
    ],
)
def test_what_a_server_says_tells_whether_to_try_again(to, error, words):
    with mail_server() as (_, port), pytest.raises(error, match=words):
        send(clear(port), to)


def test_a_refused_recipient_does_not_spoil_the_next_message():
    with mail_server() as (kept, port), line(clear(port)) as talk:
        with pytest.raises(SmtpRefused):
            talk.send(letter(), sender=FROM, recipient="never@valmorne.example", envelope_id="a")
        talk.send(letter(), sender=FROM, recipient="officer@valmorne.example", envelope_id="b")
    assert [envelope.rcpt_tos for envelope in kept.envelopes] == [["officer@valmorne.example"]]


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param((), id="closes-at-once"),
        pytest.param((b"554 go away\r\n",), id="refuses-us"),
        pytest.param((b"220 hello\r\n", b"\xff" * 9000 + b"\r\n"), id="endless-line"),
        pytest.param((b"SSH-2.0-OpenSSH_9.9\r\n",), id="not-a-mail-server"),
        pytest.param((b"220 hello\r\n", b"250 ok\r\n", b"250 ok\r\n"), id="leaves-in-the-middle"),
    ],
)
def test_a_rude_server_is_unreachable_and_nothing_was_sent(lines):
    with rude_server(*lines) as port, pytest.raises(SmtpUnreachable):
        send(clear(port))


def test_nobody_there_is_unreachable():
    with pytest.raises(SmtpUnreachable, match="cannot be used"):
        send(clear(1))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        pytest.param("http://mail.example", "must be", id="not-mail"),
        pytest.param("smtps://", "must be", id="no-host"),
        pytest.param("smtp+clear://mail.example", "this machine only", id="clear-to-elsewhere"),
    ],
)
def test_an_address_of_a_server_is_refused_in_words(url, words):
    with pytest.raises(ValueError, match=words):
        door(url)


def test_a_certificate_that_cannot_be_read_is_refused_in_words(tmp_path):
    (tmp_path / "bad.pem").write_text("not a key")
    with pytest.raises(ValueError, match="cannot be used"):
        door("smtps://mail.example", certificate=tmp_path / "bad.pem")


def test_a_door_shows_no_password():
    assert "s3cret" not in repr(door("smtps://vigie:s3cret@mail.example"))
