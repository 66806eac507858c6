"""Looks to judge, each with the facts that its rule is about."""

from datetime import UTC, datetime, timedelta

from vigie.engine.checks import judge_all
from vigie.engine.facts import (
    Answer,
    Facts,
    HttpFacts,
    PortState,
    ServiceLook,
    Transport,
)
from vigie.engine.facts_of_tls import Certificate, TlsFacts
from vigie.engine.outcome import Outcome, Verdict

NOW = datetime(2026, 11, 23, 6, 10, tzinfo=UTC)


def look(service: str | None = None, answer: Answer = Answer.ANSWERED, **facts) -> ServiceLook:
    return ServiceLook(
        "203.0.113.7", 443, Transport.TCP, None, PortState.OPEN, answer, service, "", NOW, Facts(**facts)
    )


def certificate(**changes) -> Certificate:
    values = {
        "subject": "CN=a", "issuer": "CN=CA", "names": ("a.example",), "not_before": NOW - timedelta(days=10),
        "not_after": NOW + timedelta(days=90), "serial": "1", "sha256": "0" * 64, "key": "EC secp256r1",
        "signature": "ecdsa-with-SHA256", "self_signed": False, "chain_length": 2,
    }  # fmt: skip
    return Certificate(**(values | changes))


def tls(**changes) -> TlsFacts:
    values = {
        "protocol": "TLSv1.3", "cipher": "x", "certificate": certificate(), "accepts_obsolete": False,
        "server_name": "a.example", "name_matches": True,
    }  # fmt: skip
    return TlsFacts(**(values | changes))


def http(**changes) -> HttpFacts:
    values = {
        "status": 200, "server": None, "title": None, "location": None, "headers": (), "cookies": (),
        "has_password_field": False, "is_listing": False, "body_length": 0, "body_sha256": "",
    }  # fmt: skip
    return HttpFacts(**(values | changes))


def outcome(slug: str, seen: ServiceLook) -> Outcome | None:
    return next((outcome for outcome in judge_all(seen) if outcome.check == slug), None)


def verdict(slug: str, seen: ServiceLook) -> Verdict | None:
    """None when the check does not apply."""
    found = outcome(slug, seen)
    return found.verdict if found else None
