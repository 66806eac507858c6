"""Sign in at the provider: where to send the person, and who they are once they come back with a code.

Authorization code with PKCE, state and nonce. Nothing of it signs anybody in: `linking` says whose identity it is.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from joserfc.jwk import KeySet

from vigie.channels.identity import Answer, ProviderError, ask

from .claims import (
    UnknownKey,
    check_issuer_and_audience,
    check_times,
    strength,
    subject,
    verified,
)
from .provider import Provider
from .refusals import OpenIdRefused, Reason

PATIENCE = timedelta(minutes=15)  # to sign in at the provider, with a telephone that is charged elsewhere
MOST_CODE = 4096


@dataclass(frozen=True, slots=True)
class Begun:
    """What is kept in the session until the person comes back; used up by the first answer."""

    state: str
    nonce: str
    verifier: str = field(repr=False)
    at: str  # ISO 8601
    next: str
    links: bool  # asked for by somebody who is signed in, to link this identity to their account


@dataclass(frozen=True, slots=True)
class Identity:
    issuer: str
    subject: str
    email: str  # as told by the provider: shown, never compared
    strength: frozenset[str]
    id_token: str = field(repr=False)  # what the provider asks for when the person signs out


def begin(provider: Provider, *, next_page: str, links: bool, now: datetime) -> tuple[str, Begun]:
    """Return where to send the browser, and what to keep; raise ProviderError."""
    client, told = provider.client, provider.description(now)
    begun = Begun(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        at=now.isoformat(),
        next=next_page,
        links=links,
    )
    asked = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": client.redirect_uri,
        "scope": " ".join(client.scopes),
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": _challenge(begun.verifier),
        "code_challenge_method": "S256",
    }
    if client.required_acr:
        asked["acr_values"] = " ".join(sorted(client.required_acr))
    if client.second_factor:
        # Not told unless asked for, by ProConnect among others.
        asked["claims"] = json.dumps({"id_token": {"acr": None, "amr": {"essential": True}}})
    return _with(told["authorization_endpoint"], asked), begun


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _with(url: str, asked: Mapping[str, str]) -> str:
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode(asked, quote_via=quote))))
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def complete(provider: Provider, begun: Begun | None, answer: Mapping[str, str], *, now: datetime) -> Identity:
    """Who came back with this answer; raise OpenIdRefused."""
    code = _code(provider, begun, answer, now)
    assert begun is not None  # noqa: S101 -- _code refuses what was not begun
    try:
        tokens = _exchange(provider, begun, code, now)
        claims = _verified(provider, str(tokens.get("id_token", "")), now)
        _check(provider, begun, claims, now)
        told = _userinfo(provider, str(tokens.get("access_token", "")), subject(claims), now)
    except ProviderError as error:
        raise OpenIdRefused(Reason.UNREACHABLE, str(error)) from error
    email = told.get("email") or claims.get("email") or ""
    return Identity(
        issuer=provider.client.issuer,
        subject=subject(claims),
        email="".join(c for c in str(email) if c.isprintable())[:254],
        strength=strength(claims),
        id_token=str(tokens["id_token"]),
    )


def _code(provider: Provider, begun: Begun | None, answer: Mapping[str, str], now: datetime) -> str:
    if begun is None or now - datetime.fromisoformat(begun.at) > PATIENCE:
        raise OpenIdRefused(Reason.EXPIRED)
    if not hmac.compare_digest(begun.state.encode(), answer.get("state", "").encode("utf-8", "replace")):
        raise OpenIdRefused(Reason.EXPIRED, "the state is not the one that was sent")
    # RFC 9207: who answers says its name, so that the code of one provider is not brought to another.
    if answer.get("iss") not in {None, provider.client.issuer}:
        raise OpenIdRefused(Reason.TOKEN, "another issuer answers")
    if "error" in answer:
        error = answer["error"]
        known = error if error.replace("_", "").isalnum() and error.isascii() and len(error) < 40 else "?"
        raise OpenIdRefused(Reason.DENIED, known)
    code = answer.get("code", "")
    if not 0 < len(code) <= MOST_CODE:
        raise OpenIdRefused(Reason.CODE, "there is none")
    return code


def _exchange(provider: Provider, begun: Begun, code: str, now: datetime) -> dict[str, Any]:
    client, told = provider.client, provider.description(now)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.redirect_uri,
        "code_verifier": begun.verifier,
    }
    headers = {}
    methods = told.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    if client.client_secret is not None and "client_secret_basic" in methods:
        pair = f"{quote(client.client_id, safe='')}:{quote(client.client_secret, safe='')}"
        headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
    else:
        form["client_id"] = client.client_id
        if client.client_secret is not None:
            form["client_secret"] = client.client_secret
    answer = ask(told["token_endpoint"], door=provider.door, form=form, headers=headers)
    if answer.status != 200:
        raise OpenIdRefused(Reason.CODE, f"the provider answers {answer.status}")
    return _object(answer)


def _object(answer: Answer) -> dict[str, Any]:
    try:
        told = json.loads(answer.body)
    except ValueError as error:
        raise ProviderError("the provider does not answer in JSON") from error
    if not isinstance(told, dict):
        raise ProviderError("the provider does not answer with an object")
    return told


def _verified(provider: Provider, token: str, now: datetime) -> dict[str, Any]:
    """The claims; when the key is not known the provider may have rotated: it is asked once more."""
    try:
        return verified(token, provider.keys(now))
    except UnknownKey:
        newer: KeySet | None = provider.newer_keys(now)
    try:
        if newer is not None:
            return verified(token, newer)
    except UnknownKey:
        pass
    raise OpenIdRefused(Reason.TOKEN, "it is signed by a key that the provider does not publish")


def _check(provider: Provider, begun: Begun, claims: dict[str, Any], now: datetime) -> None:
    client = provider.client
    check_issuer_and_audience(claims, client)
    check_times(claims, now)
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode("utf-8", "replace"), begun.nonce.encode()):
        raise OpenIdRefused(Reason.TOKEN, "it answers another sign-in")
    if client.required_acr and claims.get("acr") not in client.required_acr:
        raise OpenIdRefused(Reason.WEAK)


def _userinfo(provider: Provider, access_token: str, expected: str, now: datetime) -> dict[str, Any]:
    """What the provider tells of the person: JSON, or a signed token (ProConnect); {} when it has no such place."""
    url = provider.description(now).get("userinfo_endpoint")
    if not isinstance(url, str):
        return {}
    answer = ask(url, door=provider.door, headers={"Authorization": f"Bearer {access_token}"})
    if answer.status != 200:
        raise ProviderError(f"the provider answers {answer.status} when asked who it is")
    if answer.content_type == "application/jwt":
        told = _verified(provider, answer.body.decode("ascii", "replace").strip(), now)
        check_issuer_and_audience(told, provider.client)
    else:
        told = _object(answer)
    if told.get("sub") != expected:
        raise OpenIdRefused(Reason.TOKEN, "the provider tells of somebody else")
    return told


def sign_out_address(provider: Provider, id_token: str, now: datetime) -> str:
    """Where the person ends their session at the provider too; "" when it has no such place. Raise ProviderError."""
    url = provider.description(now).get("end_session_endpoint")
    if not isinstance(url, str) or urlsplit(url).scheme not in {"https", urlsplit(provider.client.issuer).scheme}:
        return ""
    asked = {
        "id_token_hint": id_token,
        "post_logout_redirect_uri": provider.client.signed_out_uri,
        "state": secrets.token_urlsafe(16),
    }
    return _with(url, asked)
