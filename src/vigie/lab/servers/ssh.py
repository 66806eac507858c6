"""SSH, by asyncssh: nobody can sign in, and the version and the algorithms are those of the face."""

import asyncio
import socket

import asyncssh

from vigie.lab.faces import Face, Trait

from .visit import Visit

_KEX = ("curve25519-sha256", "curve25519-sha256@libssh.org", "diffie-hellman-group16-sha512")
_CIPHERS = ("chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "aes256-ctr")
_MACS = ("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com")
_WEAK_KEX = ("diffie-hellman-group1-sha1", "diffie-hellman-group14-sha1")
_WEAK_CIPHERS = ("3des-cbc", "aes128-cbc")
_WEAK_MACS = ("hmac-sha1", "hmac-md5")


class _OldConnection(asyncssh.SSHServerConnection):
    """Says 1.99: protocol 2, and the broken protocol 1 for whoever asks."""

    def _send_version(self) -> None:
        version = b"SSH-1.99-" + self._version
        self._server_version = version
        self.set_extra_info(server_version=version.decode("ascii"))
        self._send(version + b"\r\n")


class SshServer:
    def __init__(self) -> None:
        self._key = asyncssh.generate_private_key("ssh-ed25519")
        self._options: dict[str, asyncssh.SSHServerConnectionOptions] = {}

    async def serve(self, connection: socket.socket, visit: Visit) -> None:
        options = self._options_of(visit.face)
        try:
            if Trait.OLD_PROTOCOL in visit.face.traits:
                loop = asyncio.get_running_loop()
                _, old = await loop.connect_accepted_socket(lambda: _OldConnection(loop, options), connection)
                await old.wait_closed()
            else:
                async with await asyncssh.run_server(connection, options=options) as session:
                    await session.wait_closed()
        except (OSError, asyncssh.Error):
            return  # the visitor left, or could not sign in, as nobody can

    def _options_of(self, face: Face) -> asyncssh.SSHServerConnectionOptions:
        if face.slug not in self._options:
            weak = Trait.WEAK_ALGORITHMS in face.traits
            self._options[face.slug] = asyncssh.SSHServerConnectionOptions(
                server_host_keys=[self._key],
                server_version=face.says,
                kex_algs=[*_KEX, *(_WEAK_KEX if weak else ())],
                encryption_algs=[*_CIPHERS, *(_WEAK_CIPHERS if weak else ())],
                mac_algs=[*_MACS, *(_WEAK_MACS if weak else ())],
                login_timeout=15,
            )
        return self._options[face.slug]
