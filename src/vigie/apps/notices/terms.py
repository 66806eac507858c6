"""What a contact may be: nothing that could add a header to a message, or lead us elsewhere."""

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _

from vigie.apps.registry.enums import TerritoryKind
from vigie.apps.registry.models import Establishment, Group, Territory
from vigie.channels.webhook import WebhookForbidden, check_address

from .enums import ContactRole
from .models import Contact
from .refusals import InvalidContact

MOST_NAME, MOST_EMAIL = 120, 254
FORMULA = "=+-@"  # what a cell begins with that a spreadsheet computes
# Neither quotes, comments nor several addresses: what is left cannot be read as anything else in a header.
LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+)*")
DOMAIN = re.compile(
    r"(?=.{4,190}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]{0,61}[A-Za-z0-9]"
)
TELEPHONE = re.compile(r"\+[1-9][0-9]{7,14}")
ROLES_OF = {
    "establishment": (ContactRole.OFFICER, ContactRole.DIRECTOR),
    "group": (ContactRole.GROUP_OFFICER,),
    "territory": (ContactRole.REGIONAL_AGENCY,),
    "nation": (ContactRole.HFDS, ContactRole.CORRUSS, ContactRole.ANSSI),
}


@dataclass(frozen=True, slots=True)
class ContactTerms:
    role: ContactRole
    name: str
    email: str
    telephone: str
    webhook: str
    language: str


def contact_terms(
    *, owner: object, role: str, name: str, email: str, telephone: str, webhook: str, language: str
) -> ContactTerms:
    """Return what can be recorded; raise InvalidContact with a sentence."""
    if role not in roles_of(owner):
        raise InvalidContact(_("This role is not one of those who are told for it."))
    terms = ContactTerms(
        role=ContactRole(role),
        name=_name(name),
        email=email_address(email.strip()),
        telephone=_telephone(telephone),
        webhook=_webhook(webhook.strip()),
        language="en" if language == "en" else "fr",
    )
    if not (terms.email or terms.telephone or terms.webhook):
        raise InvalidContact(_("Give at least one way to reach this person: an e-mail address or a telephone."))
    return terms


def owner_kind(owner: object) -> str:
    if isinstance(owner, Establishment):
        return "establishment"
    return "group" if isinstance(owner, Group) else "territory"


def roles_of(owner: object) -> tuple[ContactRole, ...]:
    """Which roles a contact of this owner may have: the nation's are those whom the law has told of incidents."""
    if isinstance(owner, Territory) and owner.kind == TerritoryKind.NATION:
        return ROLES_OF["nation"]
    return ROLES_OF[owner_kind(owner)]


def same_person(contact: Contact, terms: ContactTerms) -> bool:
    told = (contact.role, contact.name, contact.email, contact.telephone, contact.webhook, contact.language)
    return told == (terms.role, terms.name, terms.email, terms.telephone, terms.webhook, terms.language)


def _name(text: str) -> str:
    name = text.strip(" ")
    if not name or len(name) > MOST_NAME:
        raise InvalidContact(_("Give a name, of at most %(most)d characters.") % {"most": MOST_NAME})
    # Cc ends a line or a string, Cf turns the text round, Zl and Zp are line ends too.
    if any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} for c in name):
        raise InvalidContact(_("The name holds a character that is not printed."))
    if name[0] in FORMULA:
        raise InvalidContact(_("A name does not begin with %(sign)s: a spreadsheet would run it.") % {"sign": name[0]})
    return name


def email_address(text: str) -> str:
    """One address and nothing else, its domain in lower case; "" for none. Raise InvalidContact."""
    if not text:
        return ""
    local, at, domain = text.rpartition("@")
    sound = at and len(text) <= MOST_EMAIL and len(local) <= 64 and LOCAL.fullmatch(local) and DOMAIN.fullmatch(domain)
    if not sound:
        raise InvalidContact(_("This is not an e-mail address."))
    return f"{local}@{domain.lower()}"


def _telephone(text: str) -> str:
    digits = re.sub(r"[ .\-()]", "", text.strip(" "))
    if not digits:
        return ""
    if re.fullmatch(r"0[1-9][0-9]{8}", digits):
        digits = f"+33{digits[1:]}"
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if not TELEPHONE.fullmatch(digits):
        raise InvalidContact(_("This is not a telephone number: 01 23 45 67 89, or +33 1 23 45 67 89."))
    return digits


def _webhook(text: str) -> str:
    if not text:
        return ""
    try:
        check_address(text)
    except WebhookForbidden as error:
        raise InvalidContact(
            _("This address cannot be told: a plain https address, by a name, on port 443 or 8443.")
        ) from error
    return text
