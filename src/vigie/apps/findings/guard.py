"""What an address that names a finding asks of the reader."""

from vigie.apps.accounts.guard import Thing
from vigie.apps.registry.enums import Right

from .models import Finding, Sighting

FINDING = Thing(Finding.objects.visible_to, {"pk": "pk"}, Right.FINDINGS)
SIGHTING = Thing(Sighting.objects.visible_to, {"pk": "pk"}, Right.EVIDENCE)
