"""What an address that names a national alert asks of the reader."""

from vigie.apps.accounts.guard import Thing
from vigie.apps.registry.enums import Right

from .models import NationalAlert

NATIONAL_ALERT = Thing(NationalAlert.objects.visible_to, {"pk": "pk"}, Right.EVIDENCE)
