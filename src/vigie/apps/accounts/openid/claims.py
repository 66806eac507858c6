"""Is this token signed by the provider, for us, for this sign-in, and now? (OpenID Connect Core 1.0, 3.1.3.7)"""

import json
from datetime import datetime, timedelta
from typing import Any

from joserfc import jws
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from .client import Client
from .refusals import OpenIdRefused, Reason

# Signatures of a key pair only: "none" signs nothing, and HS256 would be made with a secret that we know too.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
SKEW = timedelta(seconds=120)  # two clocks that are kept by nobody in particular
OLDEST = timedelta(minutes=10)  # a token is made when the code is exchanged: one that is older is replayed
MOST_SUBJECT = 255  # characters, by the same chapter


class UnknownKey(Exception):
    """No key of those signed the token: the provider may have changed them, under another name or under the same."""


def verified(token: str, keys: KeySet) -> dict[str, Any]:
    """The claims of a token whose signature holds; raise UnknownKey, OpenIdRefused."""
    try:
        signed = jws.deserialize_compact(token, keys, algorithms=list(ALGORITHMS))
        claims = json.loads(signed.payload)
    except (InvalidKeyIdError, BadSignatureError) as error:
        raise UnknownKey from error
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise OpenIdRefused(Reason.TOKEN, f"its signature does not hold ({type(error).__name__})") from error
    if not isinstance(claims, dict):
        raise OpenIdRefused(Reason.TOKEN, "it holds no claims")
    return claims


def check_issuer_and_audience(claims: dict[str, Any], client: Client) -> None:
    audience = claims.get("aud")
    several = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != client.issuer:
        raise OpenIdRefused(Reason.TOKEN, "it is of another issuer")
    if client.client_id not in several:
        raise OpenIdRefused(Reason.TOKEN, "it was made for another client")
    if (len(several) > 1 or "azp" in claims) and claims.get("azp") != client.client_id:
        raise OpenIdRefused(Reason.TOKEN, "another client asked for it")


def check_times(claims: dict[str, Any], now: datetime) -> None:
    expires, issued, not_before = (_time(claims.get(name)) for name in ("exp", "iat", "nbf"))
    moment = now.timestamp()
    if expires is None or expires <= moment - SKEW.total_seconds():
        raise OpenIdRefused(Reason.TOKEN, "it has expired")
    if issued is None or issued < moment - (OLDEST + SKEW).total_seconds():
        raise OpenIdRefused(Reason.TOKEN, "it is too old")
    if max(issued, not_before or 0) > moment + SKEW.total_seconds():
        raise OpenIdRefused(Reason.TOKEN, "it is of the future: compare the clocks")


def _time(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def subject(claims: dict[str, Any]) -> str:
    found = claims.get("sub")
    if not isinstance(found, str) or not 0 < len(found) <= MOST_SUBJECT or not found.isprintable():
        raise OpenIdRefused(Reason.TOKEN, "it names nobody")
    return found


def strength(claims: dict[str, Any]) -> frozenset[str]:
    """How the person proved who they are, in the provider's words: its acr, and its amr."""
    methods = claims.get("amr")
    told = [claims.get("acr"), *(methods if isinstance(methods, list) else [])]
    return frozenset(one for one in told if isinstance(one, str))
