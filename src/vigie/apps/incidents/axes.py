"""The axes by which an incident is told: the slugs of vigie.engine.incidents.taxonomy, with their official words.

A test holds both together. Every axis that a declarant answers has "I do not know".
"""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NOT_KNOWN = _("I do not know")


class IncidentKind(TextChoices):
    RANSOMWARE = "ransomware", _("ransomware")
    PHISHING = "phishing", _("phishing, malicious e-mail")
    ACCOUNT_COMPROMISE = "account_compromise", _("compromised account")
    MAIL_COMPROMISE = "mail_compromise", _("compromised mailbox")
    SYSTEM_COMPROMISE = "system_compromise", _("compromised information system")
    VULNERABILITY_EXPLOITED = "vulnerability_exploited", _("exploited vulnerability")
    MALWARE = "malware", _("other malicious software")
    DENIAL_OF_SERVICE = "denial_of_service", _("denial of service")
    DATA_LEAK = "data_leak", _("disclosure or leak of data")
    FRAUD = "fraud", _("fraud")
    EQUIPMENT_THEFT = "equipment_theft", _("theft of equipment")
    TELECOM_LOSS = "telecom_loss", _("loss of a telecommunication link")
    PROVIDER_OUTAGE = "provider_outage", _("failure of, or attack on, a provider")
    INFRASTRUCTURE_FAILURE = "infrastructure_failure", _("failure of the infrastructure")
    SOFTWARE_BUG = "software_bug", _("software fault")
    HUMAN_ERROR = "human_error", _("human error")
    OTHER = "other", _("other")
    UNKNOWN = "unknown", NOT_KNOWN


class RsitClass(TextChoices):
    """Classes of the Reference Security Incident Taxonomy of the European CSIRTs."""

    ABUSIVE_CONTENT = "abusive_content", _("abusive content")
    MALICIOUS_CODE = "malicious_code", _("malicious code")
    INFORMATION_GATHERING = "information_gathering", _("information gathering")
    INTRUSION_ATTEMPTS = "intrusion_attempts", _("intrusion attempts")
    INTRUSIONS = "intrusions", _("intrusions")
    AVAILABILITY = "availability", _("availability")
    INFORMATION_SECURITY = "information_content_security", _("information content security")
    FRAUD = "fraud", _("fraud")
    VULNERABLE = "vulnerable", _("vulnerable system")
    OTHER = "other", _("other")
    UNKNOWN = "unknown", _("not known")


class IncidentCause(TextChoices):
    ATTACK = "attack", _("attack from outside")
    MALICIOUS_INSIDER = "malicious_insider", _("malicious act from inside")
    THEFT = "theft", _("theft or loss")
    HARDWARE_FAILURE = "hardware_failure", _("hardware failure")
    SOFTWARE_FAULT = "software_fault", _("software fault, failed update")
    POWER_OR_COOLING = "power_or_cooling", _("power or cooling")
    TELECOM_FAILURE = "telecom_failure", _("failure of an operator's link")
    PROVIDER_FAILURE = "provider_failure", _("failure of a provider")
    WRONG_HANDLING = "wrong_handling", _("wrong handling")
    NATURAL_EVENT = "natural_event", _("natural event, fire, water")
    UNKNOWN = "unknown", NOT_KNOWN


class EntryVector(TextChoices):
    REMOTE_ACCESS = "remote_access", _("remote access")
    MAIL = "mail", _("e-mail")
    ACCOUNT = "account", _("stolen account")
    EXPOSED_SERVICE = "exposed_service", _("service exposed on the internet")
    PROVIDER = "provider", _("a provider")
    REMOVABLE_MEDIA = "removable_media", _("removable media")
    ON_SITE = "on_site", _("on the premises")
    NONE = "none", _("none: nobody came in")
    UNKNOWN = "unknown", NOT_KNOWN


class EntryEquipment(TextChoices):
    VPN_GATEWAY = "vpn_gateway", _("remote-access gateway (VPN)")
    REMOTE_DESKTOP = "remote_desktop", _("remote desktop")
    MAIL_SERVER = "mail_server", _("mail server, webmail")
    WORKSTATION = "workstation", _("workstation")
    SERVER = "server", _("server")
    DIRECTORY = "directory", _("directory (Active Directory)")
    WEB_SITE = "web_site", _("web site or portal")
    MEDICAL_DEVICE = "medical_device", _("medical device")
    CARE_SOFTWARE = "care_software", _("care software")
    NETWORK = "network", _("network equipment")
    TELEPHONY = "telephony", _("telephony")
    STORAGE = "storage", _("storage, backup")
    UNKNOWN = "unknown", NOT_KNOWN


class KnownAnswer(TextChoices):
    YES = "yes", _("yes")
    NO = "no", _("no")
    UNKNOWN = "unknown", NOT_KNOWN


class PatientDanger(TextChoices):
    NONE = "none", pgettext_lazy("danger", "none")
    POTENTIAL = "potential", _("patients may have been in danger")
    PROVEN = "proven", _("patients were in danger")
    UNKNOWN = "unknown", NOT_KNOWN


class CareMode(TextChoices):
    NORMAL = "normal", _("care goes on as usual")
    DEGRADED = "degraded", _("degraded mode: paper, delays, transfers")
    INTERRUPTED = "interrupted", _("some care is interrupted")
    UNKNOWN = "unknown", NOT_KNOWN


class SystemState(TextChoices):
    NONE = "none", _("not touched")
    ONE = "one", _("one workstation, server or application")
    PARTIAL = "partial", _("several parts of it")
    TOTAL = "total", _("all of it")
    UNKNOWN = "unknown", NOT_KNOWN


class IncidentReach(TextChoices):
    STRUCTURE = "structure", _("no further than the structure")
    DEPARTMENT = "department", _("the department")
    REGION = "region", _("the region")
    NATION = "nation", _("the nation")
    UNKNOWN = "unknown", NOT_KNOWN


class DataNature(TextChoices):
    HEALTH = "health", _("health data of patients")
    PERSONAL = "personal", _("other personal data")
    TECHNICAL = "technical", _("technical data")
    OPERATION = "operation", _("data on the working of the structure")
    NONE = "none", _("no data")
    UNKNOWN = "unknown", NOT_KNOWN


class IncidentOrigin(TextChoices):
    MALICIOUS = "malicious", _("malicious")
    NOT_MALICIOUS = "not_malicious", _("not malicious")
    UNKNOWN = "unknown", _("not known")


class IncidentGravity(TextChoices):
    """In the sense of article D.1111-16-2 of the public health code."""

    SIGNIFICANT = "significant", _("significant")
    SERIOUS = "serious", _("serious")
    NEITHER = "neither", _("neither serious nor significant")
    UNKNOWN = "unknown", _("too little is known yet")
