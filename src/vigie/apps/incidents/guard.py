"""What an address that names a declaration or an incident asks of the reader."""

from vigie.apps.accounts.guard import Thing
from vigie.apps.registry.enums import Right

from .models import Declaration, Incident

DECLARATION = Thing(Declaration.objects.visible_to, {"reference": "reference"}, Right.INCIDENTS, is_mixed=True)
INCIDENT = Thing(Incident.objects.visible_to, {"pk": "pk"}, Right.INCIDENTS, is_mixed=True)
