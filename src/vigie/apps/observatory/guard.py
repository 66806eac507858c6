"""What an address that names a stored level asks of the reader: the right that its subject asks for."""

from vigie.apps.accounts.guard import Thing
from vigie.apps.registry.enums import Right

from .models import Level

LEVEL = Thing(lambda user, now, right: Level.objects.visible_to(user, now), {"pk": "pk"}, Right.LEVELS, is_mixed=True)
