"""vigie sweep: the raw sweep of this machine: may it be used, and what may it reach?"""

from datetime import UTC, datetime
from typing import Annotated

import typer

from .runtime import USAGE, django_ready, end, say

app = typer.Typer(help="The raw sweep of this machine: whether it answers, and the firewall that holds it.")


@app.command()
def check() -> None:
    """Say whether ports are swept by vigie-sweep or by ordinary connections, and why.

    Exit codes: 0 vigie-sweep answers, 1 it does not, and ordinary connections do its work.

    Examples:

        vigie sweep check
    """
    from vigie.config.settings import SettingsError, load
    from vigie.probes.raw_sweep import NoRawSweep, check_ready, dial_unix

    try:
        path = load().sweep_socket
    except SettingsError as error:
        end(f"The settings cannot be used:\n{error}\nSee .env.example for what each one means.", USAGE)
    if path is None:
        end("Ports are swept by ordinary connections: VIGIE_SWEEP_SOCKET names no vigie-sweep.")
    try:
        check_ready(dial_unix(path))
    except NoRawSweep as error:
        end(f"Ports are swept by ordinary connections: {error}.")
    say(f"vigie-sweep answers at {path}: ports are swept by raw questions.")


@app.command()
def rules(
    ports: Annotated[str, typer.Option(help="Ports that may be asked; the usual ones when left out.")] = "",
    user: Annotated[str, typer.Option(help="The user that vigie-sweep runs as.")] = "vigie-sweep",
) -> None:
    """Print the firewall rules (nftables) that hold vigie-sweep to the mandates in force now.

    They are drawn from the same networks as the table that every packet is checked against: a fault of Vigie would
    still be stopped by the kernel. Load them again each day, and after each new mandate.

    Exit codes: 0 printed, 2 badly asked.

    Examples:

        vigie sweep rules | nft -f -

        vigie sweep rules --ports 22,443,8000-8010
    """
    from vigie.data.ports import default_ports

    from .alone import asked

    try:
        wanted = asked.read_ports(ports) if ports else default_ports()
    except asked.BadlyAsked as error:
        end(str(error), USAGE)
    django_ready()
    from vigie.apps.assets.models import Mandate
    from vigie.apps.assets.queries import mandates_for
    from vigie.data.care import Treatment
    from vigie.probes.firewall import egress_rules

    now = datetime.now(UTC)
    establishments = Mandate.objects.in_force(now).order_by("establishment").values_list("establishment", flat=True)
    mandates = [one for pk in establishments.distinct() for one in mandates_for(pk, now)]
    networks = [network for mandate in mandates for network in mandate.networks]
    # What one establishment excludes is its own affair only where the address is: the firewall cannot tell them apart.
    exclusions = [network for mandate in mandates for network in mandate.exclusions]
    exclusions += [one.what for mandate in mandates for one in mandate.spared if one.treatment is Treatment.NONE]
    say(egress_rules(networks, exclusions, wanted, user=user))
