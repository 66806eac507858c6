"""How the pages name what makes a level: its indicators, its gates."""

from django.utils.translation import gettext_lazy as _

INDICATORS = {
    "exploited-vulnerabilities": _("Vulnerabilities that attackers use"),
    "vulnerable-products": _("Other published vulnerabilities"),
    "remote-access": _("Remote access"),
    "encryption-and-sign-in": _("Encryption and sign-in"),
    "health-protocols": _("Health protocols"),
}
GATES = {
    "exploited-remote-access-past-deadline": _(
        "A vulnerability that attackers use is open on remote access, and its deadline is past"
    ),
    "exploited-remote-access": _("A vulnerability that attackers use is open on remote access"),
}
