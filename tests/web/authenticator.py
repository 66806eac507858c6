"""A passkey made in software: what a browser and its key would answer (WebAuthn level 2, attestation "none")."""

import hashlib
import json
import secrets
from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor
from fido2.cose import ES256


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


class Passkey:
    def __init__(self, origin: str) -> None:
        self.origin, self.number = origin, secrets.token_bytes(16)
        self.host = origin.split("//")[1].split(":")[0]
        self.key = ec.generate_private_key(ec.SECP256R1())

    def _said(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _data(self, flags: int, more: bytes = b"") -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + (1).to_bytes(4, "big") + more

    def _answer(self, response: dict[str, str]) -> dict[str, object]:
        return {"id": text(self.number), "rawId": text(self.number), "type": "public-key", "response": response}

    def make(self, asked: dict) -> dict[str, object]:
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        made = bytes(16) + len(self.number).to_bytes(2, "big") + self.number + public
        told = {"fmt": "none", "attStmt": {}, "authData": self._data(0x45, made)}
        said = self._said("webauthn.create", asked["publicKey"]["challenge"])
        return self._answer({"clientDataJSON": text(said), "attestationObject": text(cbor.encode(told))})

    def use(self, asked: dict) -> dict[str, object]:
        said, data = self._said("webauthn.get", asked["publicKey"]["challenge"]), self._data(0x05)
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {"clientDataJSON": text(said), "authenticatorData": text(data), "signature": text(signature)}
        )
