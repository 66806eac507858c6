"""Which scheme reads which product, and by which function?"""

from collections.abc import Callable
from functools import partial

from . import (
    alpine,
    bigip,
    checkpoint,
    cisco_asa,
    cisco_ios,
    cisco_iosxe,
    citrix,
    debian,
    dotted,
    exchange,
    exchange_name,
    fortios,
    generic,
    java,
    junos,
    maven,
    medical,
    mikrotik,
    moveit,
    nas,
    openssh,
    openssl,
    panos,
    pep440,
    pulse,
    rpm,
    semver,
    siemens,
    sonicwall,
    stormshield,
    vmware,
    windows,
    windows_release,
    zimbra,
    zyxel,
)  # fmt: skip
from .value import Reading

READERS: dict[str, Callable[[str], Reading | None]] = {
    "alpine_apk": alpine.read,
    "checkpoint": checkpoint.read,
    "cisco_asa": cisco_asa.read,
    "cisco_ios": cisco_ios.read,
    "cisco_iosxe": cisco_iosxe.read,
    "citrix_netscaler": citrix.read,
    "debian": debian.read,
    "dotted": dotted.read,
    "exchange_build": exchange.read,
    "exchange_cpe": exchange_name.read,
    "exim_mail": dotted.read,
    "f5_bigip": bigip.read,
    "fortios": fortios.read,
    "generic": generic.read,
    "java": java.read,
    "junos": junos.read,
    "maven": maven.read,
    "medical": medical.read,
    "mikrotik": mikrotik.read,
    "moveit_alias": moveit.read,
    "nas_synology_qnap": nas.read,
    "openssh": openssh.read,
    "openssl": openssl.read,
    "panos": panos.read,
    "pep440": pep440.read,
    "php": dotted.read,
    "proftpd": partial(dotted.read, width=3),
    "pulse_ivanti": pulse.read,
    "rpm": rpm.read,
    "semver": semver.read,
    "siemens_healthineers": siemens.read,
    "sonicwall": sonicwall.read,
    "stormshield": stormshield.read,
    "tomcat": dotted.read,
    "vmware": vmware.read,
    "windows_build": windows.read,
    "windows_release": windows_release.read,
    "zimbra": zimbra.read,
    "zyxel_zld": zyxel.read,
}

# These three compare capital letters as such.
CASED = frozenset({"debian", "rpm", "semver"})

_BY_PRODUCT = {
    ("apache", "http_server"): "dotted",
    ("apache", "tomcat"): "tomcat",
    ("citrix", "application_delivery_controller"): "citrix_netscaler",
    ("citrix", "gateway"): "citrix_netscaler",
    ("citrix", "netscaler"): "citrix_netscaler",
    ("dovecot", "dovecot"): "exim_mail",
    ("exim", "exim"): "exim_mail",
    ("ivanti", "connect_secure"): "pulse_ivanti",
    ("ivanti", "policy_secure"): "pulse_ivanti",
    ("microsoft", "exchange_server"): "exchange_build",
    ("microsoft", "internet_information_services"): "dotted",
    ("nextgen", "mirth_connect"): "medical",
    ("nginx", "nginx"): "dotted",
    ("f5", "nginx"): "dotted",
    ("openbsd", "openssh"): "openssh",
    ("openssl", "openssl"): "openssl",
    ("orthanc-server", "orthanc"): "medical",
    ("php", "php"): "php",
    ("postfix", "postfix"): "exim_mail",
    ("proftpd", "proftpd"): "proftpd",
    ("python", "python"): "pep440",
    ("python_software_foundation", "cpython"): "pep440",
    ("progress", "moveit_transfer"): "moveit_alias",
    ("pulsesecure", "pulse_connect_secure"): "pulse_ivanti",
    ("pulsesecure", "pulse_policy_secure"): "pulse_ivanti",
    ("roundcube", "webmail"): "dotted",
    ("vsftpd_project", "vsftpd"): "dotted",
    ("zimbra", "collaboration"): "zimbra",
    ("synacor", "zimbra_collaboration_suite"): "zimbra",
}

# Vendors whose products all write versions in the same way.
_BY_VENDOR = {
    "fortinet": "fortios",
    "paloaltonetworks": "panos",
    "checkpoint": "checkpoint",
    "juniper": "junos",
    "sonicwall": "sonicwall",
    "stormshield": "stormshield",
    "synology": "nas_synology_qnap",
    "qnap": "nas_synology_qnap",
    "mikrotik": "mikrotik",
    "zyxel": "zyxel_zld",
    "vmware": "vmware",
    "siemens-healthineers": "siemens_healthineers",
}


def scheme_of(vendor: str, product: str) -> str:
    """The scheme of a product by its CPE names; "generic" when nobody described it."""
    product = product.removesuffix("_firmware")
    if found := _BY_PRODUCT.get((vendor, product)):
        return found
    if vendor == "citrix" and product.startswith(("netscaler", "gateway", "application_delivery")):
        return "citrix_netscaler"
    if vendor == "f5" and product.startswith("big-ip"):
        return "f5_bigip"
    if vendor == "microsoft" and product.startswith("windows_"):
        return "windows_build"
    if vendor == "cisco":
        return _cisco(product)
    return _BY_VENDOR.get(vendor, "generic")


def _cisco(product: str) -> str:
    if product.startswith(("adaptive_security_appliance", "firepower")):
        return "cisco_asa"
    return {"ios": "cisco_ios", "ios_xe": "cisco_iosxe"}.get(product, "generic")


# Other names under which the same scheme is asked for.
_SYNONYMS = {
    "apk": "alpine_apk", "alpine": "alpine_apk", "deb": "debian", "dpkg": "debian", "ubuntu": "debian",
    "asa": "cisco_asa", "ios": "cisco_ios", "iosxe": "cisco_iosxe", "ios_xe": "cisco_iosxe",
    "cisco_ios_xe": "cisco_iosxe",
    "citrix": "citrix_netscaler", "netscaler": "citrix_netscaler",
    "pulse": "pulse_ivanti", "ivanti": "pulse_ivanti", "pan_os": "panos", "big_ip": "f5_bigip", "bigip": "f5_bigip",
    "f5": "f5_bigip", "exchange": "exchange_build", "windows": "windows_build", "redhat": "rpm", "rhel": "rpm",
    "exim": "exim_mail", "postfix": "exim_mail", "dovecot": "exim_mail", "check_point": "checkpoint",
    "synology": "nas_synology_qnap", "qnap": "nas_synology_qnap", "nas": "nas_synology_qnap", "moveit": "moveit_alias",
    "zyxel": "zyxel_zld", "routeros": "mikrotik", "esxi": "vmware", "vcenter": "vmware", "jre": "java", "jdk": "java",
    "pypi": "pep440", "python": "pep440", "npm": "semver", "pulse_connect_secure": "pulse_ivanti",
    "orthanc": "medical", "dcm4chee": "medical", "dcmtk": "medical", "mirth": "medical", "mirth_connect": "medical",
    "openemr": "medical", "apache": "dotted", "httpd": "dotted", "nginx": "dotted", "sns": "stormshield",
}  # fmt: skip


def scheme_named(text: str) -> str | None:
    """The scheme that a person means by "fortios", "PAN-OS" or "vendor:product"; None when nobody knows it."""
    name = text.strip().lower()
    if ":" in name:
        vendor, _, product = name.partition(":")
        return scheme_of(vendor, product)
    name = name.replace("-", "_").replace(" ", "_")
    return name if name in READERS else _SYNONYMS.get(name)
