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


class ProofMethod(TextChoices):
    """How an establishment shows that a domain, an address or a range is its own."""

    DNS = "dns", _("record in the DNS")
    FILE = "file", _("file on the web server")
    DOCUMENT = "document", _("signed document")


class ProofState(TextChoices):
    WAITING = "waiting", _("waiting for the proof")
    ACCEPTED = "accepted", _("proved")
    REFUSED = "refused", _("proof refused")
    LAPSED = "lapsed", _("proof lapsed")


class ContestKind(TextChoices):
    """The same slugs as vigie.engine.ownership.ContestKind; a test holds them together."""

    NOT_MINE = "not_mine", _("denied by the establishment")
    CLAIMED_TWICE = "claimed_twice", _("claimed by two establishments")


class ContestDecision(TextChoices):
    KEPT = "kept", _("it stays with this establishment, and leaves the others")
    SHARED = "shared", _("it is shared: all keep it")
    REMOVED = "removed", _("it leaves this establishment")


class ProposalSource(TextChoices):
    CERTIFICATE = "certificate", _("certificate that was seen")
    DNS = "dns", _("address of a declared name")
    MX = "mx", _("mail server of a declared domain")
    REVERSE_DNS = "reverse_dns", _("reverse DNS of a declared address")
    CERTIFICATE_LOG = "certificate_log", _("certificate transparency")


class SparedWhy(TextChoices):
    OPT_OUT = "opt_out", _("somebody asked that it be left alone")
    FRAGILE = "fragile", _("fragile equipment")


class Treatment(TextChoices):
    """The same slugs as vigie.data.care.Treatment; a test holds them together."""

    NONE = "none", _("nothing is sent")
    LIGHT = "light", _("the lightest looks only")


class LeakKind(TextChoices):
    CREDENTIALS = "credentials", _("leaked credentials")
    CODE = "code", _("leaked code")


class ProposalState(TextChoices):
    WAITING = "waiting", _("to decide")
    ACCEPTED = "accepted", _("proposal accepted")
    DECLINED = "declined", _("declined")
