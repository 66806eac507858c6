"""What this installation is for its provider of identities: the settings, as one value."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Client:
    issuer: str  # exactly as the provider writes it in its tokens
    client_id: str
    client_secret: str | None = field(repr=False)  # None for a public client: PKCE alone then proves us
    label: str  # what the button says
    scopes: tuple[str, ...]
    required_acr: frozenset[str]  # one of them, or nobody signs in; empty asks for none
    second_factor: frozenset[str]  # values of acr or amr that stand for our own second factor; empty: none does
    redirect_uri: str
    signed_out_uri: str
