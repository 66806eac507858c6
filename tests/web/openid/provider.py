"""A provider of identities of our own, on loopback: it obeys the protocol, except where a test tells it to cheat."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jws
from joserfc.jwk import OctKey, RSAKey

SECRET = "the-secret-of-this-client"


def new_key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@dataclass
class Cheats:
    """What it does otherwise than it should."""

    claims: dict[str, Any] = field(default_factory=dict)  # put over the claims of the ID-token; None takes one away
    key: Any = None  # signs with this one instead
    header: dict[str, Any] = field(default_factory=dict)
    unsigned: bool = False  # alg none
    userinfo_as: str = "json"  # "jwt", "forged", "foreign" (for another client), "somebody else"
    metadata: dict[str, Any] = field(default_factory=dict)
    slow_seconds: float = 0
    flood: bool = False


class Provider(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server_address[1]}"
        self.key = new_key("one")
        self.published = [self.key]
        self.cheats = Cheats()
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []  # (path, form)
        self.acr, self.amr = "eidas1", ["pwd"]

    def authorise(self, url: str, **answer: str) -> dict[str, str]:
        """What a browser would bring back from this address once its person has signed in."""
        asked = dict(parse_qsl(urlsplit(url).query))
        code = secrets.token_urlsafe(12)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], **answer}

    def claims(self, asked: dict[str, str]) -> dict[str, Any]:
        now = int(time.time())
        own = {
            "iss": self.issuer,
            "aud": asked["client_id"],
            "sub": "subject-of-aline",
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 60,
            "acr": self.acr,
            "amr": self.amr,
        }
        return {name: value for name, value in (own | self.cheats.claims).items() if value is not None}

    def signed(self, claims: dict[str, Any], key: Any = None) -> str:
        key = key or self.cheats.key or self.key
        if self.cheats.unsigned:
            return ".".join((_b64(json.dumps({"alg": "none"}).encode()), _b64(json.dumps(claims).encode()), ""))
        algorithm = "HS256" if isinstance(key, OctKey) else "RS256"
        header = {"alg": algorithm, "kid": key.kid, **self.cheats.header}
        return jws.serialize_compact(header, json.dumps(claims).encode(), key, algorithms=[algorithm])


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.server.asked.append((path, {}))
        time.sleep(self.server.cheats.slow_seconds)
        if path == "/.well-known/openid-configuration":
            self._json(self._metadata())
        elif path == "/jwks":
            self._json({"keys": [key.as_dict(private=False) for key in self.server.published]})
        elif path == "/userinfo":
            self._userinfo()
        else:
            self._json({}, 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        self.server.asked.append((self.path, form))
        asked = self.server.codes.pop(form.get("code", ""), None)  # a code is taken once
        if asked is None or not self._is_our_client(form) or form["redirect_uri"] != asked["redirect_uri"]:
            return self._json({"error": "invalid_grant"}, 400)
        challenge = _b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked.get("code_challenge_method") != "S256" or challenge != asked["code_challenge"]:
            return self._json({"error": "invalid_grant"}, 400)
        token = self.server.signed(self.server.claims(asked))
        return self._json({"id_token": token, "access_token": "access-of-aline", "token_type": "Bearer"})

    def _is_our_client(self, form: dict[str, str]) -> bool:
        basic = self.headers.get("Authorization", "").removeprefix("Basic ")
        told = base64.b64decode(basic).decode().partition(":")[2] if basic else form.get("client_secret")
        return told == SECRET

    def _metadata(self) -> dict[str, Any]:
        here = self.server.issuer
        return {
            "issuer": here,
            "authorization_endpoint": f"{here}/authorize",
            "token_endpoint": f"{here}/token",
            "userinfo_endpoint": f"{here}/userinfo",
            "jwks_uri": f"{here}/jwks",
            "end_session_endpoint": f"{here}/session/end",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            **self.server.cheats.metadata,
        }

    def _userinfo(self) -> None:
        if self.headers.get("Authorization") != "Bearer access-of-aline":
            return self._json({}, 401)
        how = self.server.cheats.userinfo_as
        told = {"sub": "subject-of-aline", "email": "aline@agents.example", "siret": "00000000000000"}
        if how == "json":
            return self._json(told)
        if how == "somebody else":
            return self._json(told | {"sub": "subject-of-bruno"})
        audience = "another-client" if how == "foreign" else "vigie-here"
        signed = told | {"iss": self.server.issuer, "aud": audience}
        token = self.server.signed(signed, new_key("one") if how == "forged" else None)
        return self._say(token.encode(), "application/jwt")

    def _json(self, told: object, status: int = 200) -> None:
        self._say(json.dumps(told).encode(), "application/json", status)

    def _say(self, body: bytes, content_type: str, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.end_headers()
        self.wfile.write(body)
        if self.server.cheats.flood:
            for _ in range(40):
                self.wfile.write(b" " * 65536)

    def log_message(self, *_: object) -> None:
        """Silent."""


@contextmanager
def serving() -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)
