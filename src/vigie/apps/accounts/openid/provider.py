"""What the provider publishes of itself: where to ask, and under which keys it signs."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from vigie.channels.identity import IdentityDoor, ProviderError, ask

from .client import Client

DISCOVERY = "/.well-known/openid-configuration"
FRESH = timedelta(hours=1)  # a provider that rotates its keys publishes them before
ASK_AGAIN = timedelta(seconds=30)  # when a key is not known: no more often, whatever tokens strangers send
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(slots=True)
class Provider:
    """Of one issuer; kept by the process, read again when it is old."""

    client: Client
    door: IdentityDoor
    _described: "tuple[datetime, dict[str, Any]] | None" = field(default=None, repr=False)
    _keys: "tuple[datetime, KeySet] | None" = field(default=None, repr=False)

    def description(self, now: datetime) -> dict[str, Any]:
        """Its published metadata (OpenID Connect Discovery 1.0); raise ProviderError."""
        if self._described is None or now - self._described[0] > FRESH:
            told = _json(self.client.issuer.rstrip("/") + DISCOVERY, self.door)
            if told.get("issuer") != self.client.issuer:
                raise ProviderError(f"{self.client.issuer} describes another issuer: check VIGIE_OPENID_ISSUER")
            missing = [name for name in NEEDED if not isinstance(told.get(name), str)]
            if missing:
                raise ProviderError(f"{self.client.issuer} does not tell its {', '.join(missing)}")
            self._described = now, told
        return self._described[1]

    def keys(self, now: datetime) -> KeySet:
        """The keys that it signs with; raise ProviderError."""
        if self._keys is None or now - self._keys[0] > FRESH:
            self._keys = now, self._asked_keys(now)
        return self._keys[1]

    def newer_keys(self, now: datetime) -> KeySet | None:
        """Ask again, because a token names a key that is not known; None when that was done just now."""
        if self._keys is not None and now - self._keys[0] < ASK_AGAIN:
            return None
        self._keys = now, self._asked_keys(now)
        return self._keys[1]

    def _asked_keys(self, now: datetime) -> KeySet:
        told = _json(self.description(now)["jwks_uri"], self.door)
        usable = [key for key in told.get("keys", []) if _signs(key)]
        try:
            return KeySet.import_key_set({"keys": usable})
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderError(f"{self.client.issuer} publishes keys that cannot be read") from error


@cache
def provider_for(client: Client) -> Provider:
    """One a process, so that what it publishes is asked once an hour."""
    return Provider(client, IdentityDoor(client.issuer))


def _signs(key: Any) -> bool:
    """Public keys for signatures only: a secret one (oct) would let whoever knows it sign as the provider."""
    return isinstance(key, dict) and key.get("kty") in {"RSA", "EC", "OKP"} and key.get("use", "sig") == "sig"


def _json(url: str, door: IdentityDoor) -> dict[str, Any]:
    answer = ask(url, door=door)
    if answer.status != 200:
        raise ProviderError(f"{url} answers {answer.status}")
    try:
        told = json.loads(answer.body)
    except ValueError as error:
        raise ProviderError(f"{url} does not answer in JSON") from error
    if not isinstance(told, dict):
        raise ProviderError(f"{url} does not answer with an object")
    return told
