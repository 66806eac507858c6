"""Port numbers as people type them."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from vigie.apps.scans.models import Campaign
from vigie.data.care import named_ports
from vigie.data.ports import default_ports

MOST_PORTS = 200
PART = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?\Z", re.ASCII)


def usual_ports() -> str:
    """What the last campaign asked; before the first one, what is asked when nobody says otherwise."""
    last = Campaign.objects.rounds().order_by("-started_at").values_list("ports", flat=True).first()
    return ", ".join(str(port) for port in last or default_ports())


def read_ports(text: str) -> tuple[int, ...]:
    """The ports of "22, 443, 8000-8010", sorted; raise ValueError with a sentence for people."""
    ports: set[int] = set()
    for part in filter(None, re.split(r"[\s,;]+", text)):
        found = PART.match(part)
        if not found:
            raise ValueError(gettext("“%(part)s” is not a port nor a range of ports.") % {"part": part[:20]})
        first, last = int(found[1]), int(found[2] or found[1])
        if not 1 <= first <= last <= 65535:
            raise ValueError(gettext("“%(part)s”: ports go from 1 to 65535.") % {"part": part})
        if last - first >= MOST_PORTS:
            raise ValueError(gettext("At most %(n)d ports in one campaign.") % {"n": MOST_PORTS})
        ports.update(named_ports(first, last))
    if not ports:
        raise ValueError(gettext("At least one port is needed."))
    if len(ports) > MOST_PORTS:
        raise ValueError(gettext("At most %(n)d ports in one campaign.") % {"n": MOST_PORTS})
    return tuple(sorted(ports))


class PortsField(forms.CharField):
    def clean(self, value: str) -> tuple[int, ...]:
        text = super().clean(value)
        try:
            return read_ports(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error
