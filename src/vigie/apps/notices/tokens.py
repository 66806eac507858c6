"""What opens a notice, a feed, or proves a webhook: made from the key of the installation, never stored."""

from uuid import UUID

from django.utils.crypto import constant_time_compare, salted_hmac

LENGTH = 32  # of the 64 hexadecimal digits: 128 bits


def link_token(uid: UUID) -> str:
    """The end of the link in a message: its Message-ID is seen by every relay, so it does not open anything."""
    return f"{uid.hex}-{_proof('link', uid)}"


def feed_token(uid: UUID) -> str:
    return f"{uid.hex}-{_proof('feed', uid)}"


def webhook_secret(uid: UUID) -> str:
    return salted_hmac("vigie.notices.webhook", uid.hex, algorithm="sha256").hexdigest()


def read_token(token: str, purpose: str) -> UUID | None:
    """Whose token it is; None when it is not one of ours."""
    head, _, proof = token.partition("-")
    try:
        uid = UUID(hex=head)
    except ValueError:
        return None
    return uid if constant_time_compare(proof, _proof(purpose, uid)) else None


def _proof(purpose: str, uid: UUID) -> str:
    return salted_hmac(f"vigie.notices.{purpose}", uid.hex, algorithm="sha256").hexdigest()[:LENGTH]
