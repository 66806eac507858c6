from enum import StrEnum


class Reason(StrEnum):
    """Why somebody who came back from the provider does not sign in: for the audit trail and for our words."""

    EXPIRED = "expired"  # no sign-in was begun in this session, or too long ago, or it was answered already
    DENIED = "denied"  # the provider says that the person, or it, gave up
    UNREACHABLE = "unreachable"
    CODE = "code"  # the provider does not take the code
    TOKEN = "token"  # noqa: S105 -- the ID-token is not what it must be
    WEAK = "weak"  # signed in at the provider by less than what is asked
    UNKNOWN = "unknown"  # no account is linked to this identity
    CLOSED = "closed"  # the account is closed


class OpenIdRefused(Exception):
    """Nobody is signed in; `detail` is for whoever administers, and holds no token, code or claim of a person."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else str(reason))
        self.reason, self.detail = reason, detail
