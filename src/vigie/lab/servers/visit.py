"""One connection that was accepted: by which machine, on which port, with which face of the moment."""

from dataclasses import dataclass

from vigie.lab.faces import Face
from vigie.lab.plan import ZONE


@dataclass(frozen=True, slots=True)
class Visit:
    address: str
    port: int
    host_name: str  # "" when the machine has none
    face: Face
    secure_port: int  # where its sound web server listens, for redirections

    @property
    def own_name(self) -> str:
        """How the machine calls itself, in greetings and certificates."""
        return self.host_name or f"srv-{self.address.replace('.', '-')}.{ZONE}"
