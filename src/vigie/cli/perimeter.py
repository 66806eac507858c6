"""vigie perimeter: what an establishment declares and why it is held, what is proposed, what waits for an analyst."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .runtime import USAGE, actor, django_ready, end, print_json_lines, say

if TYPE_CHECKING:
    from vigie.apps.assets.models import Proposal
    from vigie.apps.registry.models import Establishment

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Declared assets and why they are held; proposals: search, accept, decline; what waits for an analyst.",
)

Finess = Annotated[str, typer.Argument(help="FINESS number of the legal entity.")]
Values = Annotated[list[str], typer.Argument(help="Proposed domains or addresses, as `proposals` prints them.")]
Json = Annotated[bool, typer.Option("--json", help="Print the facts as JSON, one line each.")]


@app.command()
def show(finess: Finess, json: Json = False) -> None:
    """Print each declared asset, whether it is proved, and why nothing is sent to it when nothing is.

    Example:

        vigie perimeter show 010780054
    """
    owner, now = _owner(finess), datetime.now(UTC)
    from vigie.apps.assets.queries import assets_of
    from vigie.apps.assets.standing import states

    found = states(owner, assets_of(owner.pk, now), now)
    if json:
        print_json_lines(
            {
                "kind": one.asset.kind,
                "value": one.asset.value,
                "proved": one.proved,
                "needs_proof": one.needs_proof,
                "hosted_by": one.asset.hosted_by,
                "exchanges_care_data": one.asset.exchanges_care_data,
                "held": one.why,
            }
            for one in found
        )
        return
    for one in found:
        say(f"{one.asset.value}  {one.why or ('proved' if one.proved else 'nothing to prove')}")
    if not found:
        say("Nothing is declared.")


@app.command()
def proposals(finess: Finess, json: Json = False) -> None:
    """Print what was found and waits to be accepted or declined. Nothing is sent to it before.

    Example:

        vigie perimeter proposals 010780054 --json
    """
    owner = _owner(finess)
    from vigie.apps.assets.models import Proposal

    rows = Proposal.objects.filter(establishment=owner, state="waiting").order_by("kind", "value")
    if json:
        print_json_lines(_facts(row) for row in rows)
        return
    for row in rows:
        say(f"{row.value}  {row.kind}, by {row.source} ({row.told}), first seen {row.first_seen.date()}")
    if not rows:
        say("Nothing waits.")


def _facts(row: "Proposal") -> dict[str, Any]:
    return {
        "kind": row.kind,
        "value": row.value,
        "source": row.source,
        "told": row.told,
        "first_seen": row.first_seen.isoformat(),
        "last_seen": row.last_seen.isoformat(),
    }


@app.command()
def search(finess: Finess) -> None:
    """Look for what else may be its own, in certificates already seen and by asking resolvers.

    Example:

        vigie perimeter search 010780054
    """
    owner = _owner(finess)
    from django.conf import settings

    from vigie.apps.scans.discovery import discover

    found = discover(establishment_id=owner.pk, resolvers=tuple(settings.VIGIE.resolvers), now=datetime.now(UTC))
    say(f"{found} new: vigie perimeter proposals {finess}")


@app.command()
def accept(finess: Finess, values: Values) -> None:
    """Declare what was proposed. It is contacted once it is proved and a mandate covers it.

    Example:

        vigie perimeter accept 010780054 vpn.ch-exemple.fr
    """
    from vigie.apps.assets import proposals as deeds

    for row in _waiting(finess, values):
        deeds.accept(proposal=row, by=actor(), now=datetime.now(UTC))
        say(f"{row.value}: declared.")


@app.command()
def decline(finess: Finess, values: Values) -> None:
    """Set aside what was proposed, for good: it is not proposed again.

    Example:

        vigie perimeter decline 010780054 mx.hebergeur.example
    """
    from vigie.apps.assets import proposals as deeds

    for row in _waiting(finess, values):
        deeds.decline(proposal=row, by=actor(), now=datetime.now(UTC))
        say(f"{row.value}: declined.")


def _waiting(finess: str, values: list[str]) -> "list[Proposal]":
    """The proposals of these values; all of them, or the command ends before anything is done."""
    owner = _owner(finess)
    from vigie.apps.assets.models import Proposal

    wanted = [value.strip().lower() for value in values]
    rows = {one.value: one for one in Proposal.objects.filter(establishment=owner, state="waiting", value__in=wanted)}
    if missing := [value for value in wanted if value not in rows]:
        end(f"Not among what waits: {', '.join(missing)}. See vigie perimeter proposals {finess}.", USAGE)
    return [rows[value] for value in dict.fromkeys(wanted)]


@app.command()
def review(json: Json = False) -> None:
    """Print what waits for an analyst: contested assets, signed documents to read.

    Example:

        vigie perimeter review
    """
    django_ready()
    from vigie.apps.assets.models import Contest, Proof

    contests = Contest.objects.open().select_related("establishment").order_by("opened_at", "pk")
    documents = Proof.objects.to_review().select_related("establishment").order_by("asked_at", "pk")
    if json:
        told = [(one, "contest", one.claim, one.opened_at) for one in contests]
        told += [(one, "document", one.document_name, one.asked_at) for one in documents]
        print_json_lines(
            {
                "what": what,
                "finess": one.establishment.finess,
                "value": one.value,
                "told": words,
                "since": at.isoformat(),
            }
            for one, what, words, at in told
        )
        return
    say(f"Contested assets ({contests.count()})")
    for one in contests:
        say(f"  {one.value}  {one.establishment.finess} {one.establishment.name}: {one.claim} {one.reason}".rstrip())
    say(f"Signed documents ({documents.count()})")
    for proof in documents:
        say(f"  {proof.value}  {proof.establishment.finess} {proof.establishment.name}: {proof.document_name}")


def _owner(finess: str) -> "Establishment":
    django_ready()
    from vigie.apps.registry.models import Establishment

    owner = Establishment.objects.filter(finess=finess).first()
    if owner is None:
        end(f"No legal entity has this FINESS number: {finess}.", USAGE)
    return owner
