"""Who asks, with which roles; where the audit trail stands."""

from datetime import datetime

from pydantic import Field

from vigie.apps.accounts.enums import RoleKind, ScopeKind, TokenScope

from .values import Told


class RoleOut(Told):
    kind: RoleKind
    scope: ScopeKind
    over: str | None = Field(description="FINESS number or code; null is the nation.")
    valid_until: datetime | None


class TokenOut(Told):
    name: str
    scope: TokenScope
    expires_at: datetime


class MeOut(Told):
    email: str
    name: str
    roles: list[RoleOut]
    token: TokenOut | None = Field(description="Null with a session.")


class HeadOut(Told):
    position: int
    event: int
    sha256: str
    sealed_at: str
    exported_at: str


class HeadState(Told):
    head: HeadOut | None = Field(description="Null while nothing is sealed.")
