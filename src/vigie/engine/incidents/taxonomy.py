"""By which axes is an incident told? Versioned; every axis has `unknown`, which is an answer.

The words are those of the French reports on declared incidents (2018-2024); the classes are the Reference Security
Incident Taxonomy (RSIT) of the European CSIRTs. Enums of vigie.apps.incidents.enums hold the same slugs.
"""

from collections.abc import Mapping
from enum import StrEnum

VERSION = "incidents-taxonomy-1"


class Kind(StrEnum):
    RANSOMWARE = "ransomware"
    PHISHING = "phishing"
    ACCOUNT_COMPROMISE = "account_compromise"
    MAIL_COMPROMISE = "mail_compromise"
    SYSTEM_COMPROMISE = "system_compromise"
    VULNERABILITY_EXPLOITED = "vulnerability_exploited"
    MALWARE = "malware"
    DENIAL_OF_SERVICE = "denial_of_service"
    DATA_LEAK = "data_leak"
    FRAUD = "fraud"
    EQUIPMENT_THEFT = "equipment_theft"
    TELECOM_LOSS = "telecom_loss"
    PROVIDER_OUTAGE = "provider_outage"
    INFRASTRUCTURE_FAILURE = "infrastructure_failure"
    SOFTWARE_BUG = "software_bug"
    HUMAN_ERROR = "human_error"
    OTHER = "other"
    UNKNOWN = "unknown"


class RsitClass(StrEnum):
    ABUSIVE_CONTENT = "abusive_content"
    MALICIOUS_CODE = "malicious_code"
    INFORMATION_GATHERING = "information_gathering"
    INTRUSION_ATTEMPTS = "intrusion_attempts"
    INTRUSIONS = "intrusions"
    AVAILABILITY = "availability"
    INFORMATION_SECURITY = "information_content_security"
    FRAUD = "fraud"
    VULNERABLE = "vulnerable"
    OTHER = "other"
    UNKNOWN = "unknown"


class RootCause(StrEnum):
    ATTACK = "attack"
    MALICIOUS_INSIDER = "malicious_insider"
    THEFT = "theft"
    HARDWARE_FAILURE = "hardware_failure"
    SOFTWARE_FAULT = "software_fault"
    POWER_OR_COOLING = "power_or_cooling"
    TELECOM_FAILURE = "telecom_failure"
    PROVIDER_FAILURE = "provider_failure"
    WRONG_HANDLING = "wrong_handling"
    NATURAL_EVENT = "natural_event"
    UNKNOWN = "unknown"


class EntryVector(StrEnum):
    REMOTE_ACCESS = "remote_access"
    MAIL = "mail"
    ACCOUNT = "account"
    EXPOSED_SERVICE = "exposed_service"
    PROVIDER = "provider"
    REMOVABLE_MEDIA = "removable_media"
    ON_SITE = "on_site"
    NONE = "none"  # nobody entered: a failure
    UNKNOWN = "unknown"


class Equipment(StrEnum):
    VPN_GATEWAY = "vpn_gateway"
    REMOTE_DESKTOP = "remote_desktop"
    MAIL_SERVER = "mail_server"
    WORKSTATION = "workstation"
    SERVER = "server"
    DIRECTORY = "directory"
    WEB_SITE = "web_site"
    MEDICAL_DEVICE = "medical_device"
    CARE_SOFTWARE = "care_software"
    NETWORK = "network"
    TELEPHONY = "telephony"
    STORAGE = "storage"
    UNKNOWN = "unknown"


class Known(StrEnum):
    """An answer of three: what is not known is neither."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Danger(StrEnum):
    """To patients."""

    NONE = "none"
    POTENTIAL = "potential"
    PROVEN = "proven"
    UNKNOWN = "unknown"


class Care(StrEnum):
    NORMAL = "normal"
    DEGRADED = "degraded"
    INTERRUPTED = "interrupted"
    UNKNOWN = "unknown"


class SystemState(StrEnum):
    """Of the information system."""

    NONE = "none"
    ONE = "one"  # one workstation, one server, one application
    PARTIAL = "partial"
    TOTAL = "total"
    UNKNOWN = "unknown"


class Reach(StrEnum):
    """How far the organisation of care feels it."""

    STRUCTURE = "structure"  # no further than the structure itself
    DEPARTMENT = "department"
    REGION = "region"
    NATION = "nation"
    UNKNOWN = "unknown"


class Nature(StrEnum):
    """Of the data concerned."""

    HEALTH = "health"
    PERSONAL = "personal"
    TECHNICAL = "technical"
    OPERATION = "operation"
    NONE = "none"
    UNKNOWN = "unknown"


class Origin(StrEnum):
    """Derived, never asked."""

    MALICIOUS = "malicious"
    NOT_MALICIOUS = "not_malicious"
    UNKNOWN = "unknown"


_M, _N = Origin.MALICIOUS, Origin.NOT_MALICIOUS
#   kind -> origin; those that are not here leave it to the cause
BY_KIND: Mapping[Kind, Origin] = {
    Kind.RANSOMWARE: _M,
    Kind.PHISHING: _M,
    Kind.ACCOUNT_COMPROMISE: _M,
    Kind.MAIL_COMPROMISE: _M,
    Kind.SYSTEM_COMPROMISE: _M,
    Kind.VULNERABILITY_EXPLOITED: _M,
    Kind.MALWARE: _M,
    Kind.DENIAL_OF_SERVICE: _M,
    Kind.FRAUD: _M,
    Kind.EQUIPMENT_THEFT: _M,
    Kind.SOFTWARE_BUG: _N,
    Kind.HUMAN_ERROR: _N,
}
BY_CAUSE: Mapping[RootCause, Origin] = {
    RootCause.ATTACK: _M,
    RootCause.MALICIOUS_INSIDER: _M,
    RootCause.THEFT: _M,
    RootCause.HARDWARE_FAILURE: _N,
    RootCause.SOFTWARE_FAULT: _N,
    RootCause.POWER_OR_COOLING: _N,
    RootCause.TELECOM_FAILURE: _N,
    RootCause.WRONG_HANDLING: _N,
    RootCause.NATURAL_EVENT: _N,
}  # a provider's failure may itself be an attack on the provider
#   kind -> class that is proposed; the analyst may choose another
CLASS_OF: Mapping[Kind, RsitClass] = {
    Kind.RANSOMWARE: RsitClass.MALICIOUS_CODE,
    Kind.PHISHING: RsitClass.FRAUD,
    Kind.ACCOUNT_COMPROMISE: RsitClass.INTRUSIONS,
    Kind.MAIL_COMPROMISE: RsitClass.INTRUSIONS,
    Kind.SYSTEM_COMPROMISE: RsitClass.INTRUSIONS,
    Kind.VULNERABILITY_EXPLOITED: RsitClass.INTRUSIONS,
    Kind.MALWARE: RsitClass.MALICIOUS_CODE,
    Kind.DENIAL_OF_SERVICE: RsitClass.AVAILABILITY,
    Kind.DATA_LEAK: RsitClass.INFORMATION_SECURITY,
    Kind.FRAUD: RsitClass.FRAUD,
    Kind.EQUIPMENT_THEFT: RsitClass.INFORMATION_SECURITY,
    Kind.TELECOM_LOSS: RsitClass.AVAILABILITY,
    Kind.PROVIDER_OUTAGE: RsitClass.AVAILABILITY,
    Kind.INFRASTRUCTURE_FAILURE: RsitClass.AVAILABILITY,
    Kind.SOFTWARE_BUG: RsitClass.AVAILABILITY,
    Kind.HUMAN_ERROR: RsitClass.OTHER,
    Kind.OTHER: RsitClass.OTHER,
    Kind.UNKNOWN: RsitClass.UNKNOWN,
}


def origin(kind: Kind, cause: RootCause) -> Origin:
    """Malicious or not: the kind decides when it can only be one, else the cause, else it is not known."""
    return BY_KIND.get(kind) or BY_CAUSE.get(cause, Origin.UNKNOWN)
