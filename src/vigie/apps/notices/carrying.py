"""From a row to the wire: the e-mail or the signed call of one notice, through the channels."""

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from urllib.parse import urlsplit

from vigie.channels import smtp, webhook

from .enums import NoticeChannel
from .models import Notice
from .sending import NothingLeaves, PutOff, Refused, Uncertain
from .tokens import link_token, webhook_secret
from .wording import letter


@dataclass(frozen=True, slots=True)
class Origin:
    """Who writes, and where the pages are."""

    sender: str  # an address
    public_url: str  # https://vigie.example.org

    @property
    def domain(self) -> str:
        return self.sender.rpartition("@")[2]

    def link(self, notice: Notice) -> str:
        return f"{self.public_url.rstrip('/')}{notice.opens}{link_token(notice.uid)}"


@dataclass(slots=True)
class Carrier:
    """Sends notices over one line to the mail server, opened when it is first needed. Close it."""

    origin: Origin
    mail: smtp.SmtpDoor
    calls: webhook.WebhookDoor
    _open: AbstractContextManager[smtp.SmtpLine] | None = field(default=None, init=False)
    _line: smtp.SmtpLine | None = field(default=None, init=False)

    @property
    def domain(self) -> str:
        return self.origin.domain

    def __enter__(self) -> "Carrier":
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()

    def send(self, notice: Notice, now: datetime) -> str:
        return self._mail(notice, now) if notice.channel == NoticeChannel.EMAIL else self._call(notice, now)

    def _mail(self, notice: Notice, now: datetime) -> str:
        message = as_message(notice, self.origin, now)
        try:
            receipt = self._dialled().send(
                message, sender=self.origin.sender, recipient=notice.address, envelope_id=notice.uid.hex
            )
        except smtp.SmtpRefused as error:
            raise Refused(str(error)) from error
        except smtp.SmtpDeferred as error:
            raise PutOff(str(error)) from error
        except smtp.SmtpUnreachable as error:
            self._hang_up()
            raise NothingLeaves(str(error)) from error
        except smtp.SmtpUncertain as error:
            self._hang_up()
            raise Uncertain(str(error)) from error
        return receipt.reply

    def _dialled(self) -> smtp.SmtpLine:
        if self._line is None:
            opened = smtp.line(self.mail)
            self._line = opened.__enter__()
            self._open = opened
        return self._line

    def _hang_up(self) -> None:
        if self._open is not None:
            self._open.__exit__(None, None, None)
        self._open = self._line = None

    def _call(self, notice: Notice, now: datetime) -> str:
        if notice.contact is None:
            raise Refused("a call is signed with the secret of a contact, and there is none")
        body = json.dumps(as_call(notice, self.origin, now)).encode()
        secret = webhook_secret(notice.contact.uid)
        try:
            status = webhook.post(notice.address, body, secret=secret, at=now, key=notice.uid.hex, door=self.calls)
        except (webhook.WebhookRefused, webhook.WebhookForbidden) as error:
            raise Refused(str(error)) from error
        except webhook.WebhookUncertain as error:
            raise Uncertain(str(error)) from error
        except webhook.WebhookError as error:
            raise PutOff(str(error)) from error
        return str(status)


def as_call(notice: Notice, origin: Origin, now: datetime) -> dict[str, object]:
    """What a program is told: as little as an e-mail."""
    return {
        "id": notice.uid.hex,
        "kind": notice.kind,
        "urgent": notice.urgent,
        "repetition": notice.repeats,
        "link": origin.link(notice),
        "sent_at": now.isoformat(timespec="seconds"),
    }


def as_message(notice: Notice, origin: Origin, now: datetime) -> EmailMessage:
    """The e-mail as it leaves; the same at each attempt but for its date and, after a doubtful one, its mark."""
    words = letter(notice, link=origin.link(notice))
    local, _, domain = notice.address.rpartition("@")
    message = EmailMessage()
    message["From"] = Address("Vigie", *origin.sender.rsplit("@", 1))
    message["To"] = Address("", local, domain)
    message["Subject"] = words.subject
    message["Date"] = now
    message["Message-ID"] = notice.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    if notice.repeats:
        message["X-Vigie-Repetition"] = str(notice.repeats)
    if notice.alert is not None and not notice.urgent:
        message["List-Unsubscribe"] = f"<{origin.link(notice)}>"
    message.set_content(words.text, cte="quoted-printable")
    message.add_alternative(words.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = notice.language  # last: the lines above take away what describes a content
    return message


def origin_of(*, sender: str | None, public_url: str) -> Origin:
    """`sender` is None when no mail server is configured: what would be sent is still shown."""
    return Origin(sender or f"vigie@{urlsplit(public_url).hostname or 'localhost'}", public_url)
