from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class AssetKind(TextChoices):
    DOMAIN = "domain", _("domain")
    ADDRESS = "address", _("address")
    RANGE = "range", _("address range")


class MandateKind(TextChoices):
    """The same slugs as vigie.probes.scope.MandateKind; a test holds them together."""

    ESTABLISHMENT = "establishment", _("establishment mandate")
    HOSTED = "hosted", _("host's agreement")
    LOCAL = "local", _("local network")
    LABORATORY = "laboratory", _("laboratory")


class Intensity(TextChoices):
    GENTLE = "gentle", _("gentle")
    STANDARD = "standard", _("standard")
    BRISK = "brisk", _("brisk")
