"""What does a cipher suite of SSL 3.0 to TLS 1.2 protect, by its name in the registry of IANA?"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType


class SuiteFault(StrEnum):
    """Why a suite protects less than it should; one suite may have several."""

    ANONYMOUS = "anonymous"  # nothing proves who answers
    CLEAR = "clear"  # signed, and not encrypted
    EXPORT = "export"  # keys of 40 or 56 bits, for laws that are gone
    RC4 = "rc4"  # RFC 7465
    DES = "des"
    SMALL_BLOCK = "small_block"  # 64 bits: 3DES, IDEA, RC2


# Nothing, or next to nothing, is protected; the others protect poorly.
NO_PROTECTION = frozenset({SuiteFault.ANONYMOUS, SuiteFault.CLEAR, SuiteFault.EXPORT})

#   numbers of the registry (IANA, TLS Cipher Suites, 2026-10), without the TLS_ that begins each name
SUITES: Mapping[int, str] = MappingProxyType(
    {
        0xC02B: "ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        0xC02F: "ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        0xC02C: "ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        0xC030: "ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        0xCCA9: "ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        0xCCA8: "ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        0xC0AC: "ECDHE_ECDSA_WITH_AES_128_CCM",
        0xC0AD: "ECDHE_ECDSA_WITH_AES_256_CCM",
        0xC023: "ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
        0xC027: "ECDHE_RSA_WITH_AES_128_CBC_SHA256",
        0xC024: "ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
        0xC028: "ECDHE_RSA_WITH_AES_256_CBC_SHA384",
        0xC009: "ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        0xC013: "ECDHE_RSA_WITH_AES_128_CBC_SHA",
        0xC00A: "ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
        0xC014: "ECDHE_RSA_WITH_AES_256_CBC_SHA",
        0xC072: "ECDHE_ECDSA_WITH_CAMELLIA_128_CBC_SHA256",
        0xC076: "ECDHE_RSA_WITH_CAMELLIA_128_CBC_SHA256",
        0x009E: "DHE_RSA_WITH_AES_128_GCM_SHA256",
        0x009F: "DHE_RSA_WITH_AES_256_GCM_SHA384",
        0xCCAA: "DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        0x0067: "DHE_RSA_WITH_AES_128_CBC_SHA256",
        0x006B: "DHE_RSA_WITH_AES_256_CBC_SHA256",
        0x0033: "DHE_RSA_WITH_AES_128_CBC_SHA",
        0x0039: "DHE_RSA_WITH_AES_256_CBC_SHA",
        0x0045: "DHE_RSA_WITH_CAMELLIA_128_CBC_SHA",
        0x0088: "DHE_RSA_WITH_CAMELLIA_256_CBC_SHA",
        0x009A: "DHE_RSA_WITH_SEED_CBC_SHA",
        0x0032: "DHE_DSS_WITH_AES_128_CBC_SHA",
        0x0038: "DHE_DSS_WITH_AES_256_CBC_SHA",
        0x0040: "DHE_DSS_WITH_AES_128_CBC_SHA256",
        0x006A: "DHE_DSS_WITH_AES_256_CBC_SHA256",
        0x009C: "RSA_WITH_AES_128_GCM_SHA256",
        0x009D: "RSA_WITH_AES_256_GCM_SHA384",
        0xC09C: "RSA_WITH_AES_128_CCM",
        0xC09D: "RSA_WITH_AES_256_CCM",
        0x003C: "RSA_WITH_AES_128_CBC_SHA256",
        0x003D: "RSA_WITH_AES_256_CBC_SHA256",
        0x002F: "RSA_WITH_AES_128_CBC_SHA",
        0x0035: "RSA_WITH_AES_256_CBC_SHA",
        0x0041: "RSA_WITH_CAMELLIA_128_CBC_SHA",
        0x0084: "RSA_WITH_CAMELLIA_256_CBC_SHA",
        0x0096: "RSA_WITH_SEED_CBC_SHA",
        0xC004: "ECDH_ECDSA_WITH_AES_128_CBC_SHA",
        0xC005: "ECDH_ECDSA_WITH_AES_256_CBC_SHA",
        0xC00E: "ECDH_RSA_WITH_AES_128_CBC_SHA",
        0xC00F: "ECDH_RSA_WITH_AES_256_CBC_SHA",
        0xC008: "ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA",
        0xC012: "ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
        0x0016: "DHE_RSA_WITH_3DES_EDE_CBC_SHA",
        0x0013: "DHE_DSS_WITH_3DES_EDE_CBC_SHA",
        0x000A: "RSA_WITH_3DES_EDE_CBC_SHA",
        0xC003: "ECDH_ECDSA_WITH_3DES_EDE_CBC_SHA",
        0xC00D: "ECDH_RSA_WITH_3DES_EDE_CBC_SHA",
        0x0007: "RSA_WITH_IDEA_CBC_SHA",
        0xC007: "ECDHE_ECDSA_WITH_RC4_128_SHA",
        0xC011: "ECDHE_RSA_WITH_RC4_128_SHA",
        0xC002: "ECDH_ECDSA_WITH_RC4_128_SHA",
        0xC00C: "ECDH_RSA_WITH_RC4_128_SHA",
        0x0005: "RSA_WITH_RC4_128_SHA",
        0x0004: "RSA_WITH_RC4_128_MD5",
        0x0015: "DHE_RSA_WITH_DES_CBC_SHA",
        0x0012: "DHE_DSS_WITH_DES_CBC_SHA",
        0x0009: "RSA_WITH_DES_CBC_SHA",
        0x0064: "RSA_EXPORT1024_WITH_RC4_56_SHA",
        0x0062: "RSA_EXPORT1024_WITH_DES_CBC_SHA",
        0x0014: "DHE_RSA_EXPORT_WITH_DES40_CBC_SHA",
        0x0011: "DHE_DSS_EXPORT_WITH_DES40_CBC_SHA",
        0x0008: "RSA_EXPORT_WITH_DES40_CBC_SHA",
        0x0006: "RSA_EXPORT_WITH_RC2_CBC_40_MD5",
        0x0003: "RSA_EXPORT_WITH_RC4_40_MD5",
        0xC019: "ECDH_anon_WITH_AES_256_CBC_SHA",
        0xC018: "ECDH_anon_WITH_AES_128_CBC_SHA",
        0xC017: "ECDH_anon_WITH_3DES_EDE_CBC_SHA",
        0xC016: "ECDH_anon_WITH_RC4_128_SHA",
        0x00A7: "DH_anon_WITH_AES_256_GCM_SHA384",
        0x00A6: "DH_anon_WITH_AES_128_GCM_SHA256",
        0x006D: "DH_anon_WITH_AES_256_CBC_SHA256",
        0x006C: "DH_anon_WITH_AES_128_CBC_SHA256",
        0x003A: "DH_anon_WITH_AES_256_CBC_SHA",
        0x0034: "DH_anon_WITH_AES_128_CBC_SHA",
        0x0089: "DH_anon_WITH_CAMELLIA_256_CBC_SHA",
        0x0046: "DH_anon_WITH_CAMELLIA_128_CBC_SHA",
        0x009B: "DH_anon_WITH_SEED_CBC_SHA",
        0x001B: "DH_anon_WITH_3DES_EDE_CBC_SHA",
        0x001A: "DH_anon_WITH_DES_CBC_SHA",
        0x0018: "DH_anon_WITH_RC4_128_MD5",
        0x0019: "DH_anon_EXPORT_WITH_DES40_CBC_SHA",
        0x0017: "DH_anon_EXPORT_WITH_RC4_40_MD5",
        0xC006: "ECDHE_ECDSA_WITH_NULL_SHA",
        0xC010: "ECDHE_RSA_WITH_NULL_SHA",
        0xC001: "ECDH_ECDSA_WITH_NULL_SHA",
        0xC00B: "ECDH_RSA_WITH_NULL_SHA",
        0x003B: "RSA_WITH_NULL_SHA256",
        0x0002: "RSA_WITH_NULL_SHA",
        0x0001: "RSA_WITH_NULL_MD5",
        0xC015: "ECDH_anon_WITH_NULL_SHA",
    }
)

_SIGNS = (
    (SuiteFault.ANONYMOUS, ("_anon_",)),
    (SuiteFault.CLEAR, ("_NULL_",)),
    (SuiteFault.EXPORT, ("_EXPORT",)),
    (SuiteFault.RC4, ("_RC4_",)),
    (SuiteFault.DES, ("WITH_DES_", "_DES40_")),
    (SuiteFault.SMALL_BLOCK, ("_3DES_", "_IDEA_", "_RC2_")),
)


def faults_of(name: str) -> frozenset[SuiteFault]:
    """Read from the name, which says all of them."""
    return frozenset(fault for fault, signs in _SIGNS if any(sign in f"_{name}" for sign in signs))


def uses_finite_field(name: str) -> bool:
    """Whether the server must show the group of a Diffie-Hellman exchange over integers."""
    return name.startswith(("DHE_", "DH_anon_"))


FAULTS: Mapping[int, frozenset[SuiteFault]] = MappingProxyType(
    {number: faults for number, name in SUITES.items() if (faults := faults_of(name))}
)
SOUND = tuple(number for number in SUITES if number not in FAULTS)
FINITE_FIELD = tuple(number for number in SOUND if uses_finite_field(SUITES[number]))


def left_to_ask(found: Iterable[SuiteFault]) -> tuple[int, ...]:
    """The faulty suites that would still tell something, once these faults are known."""
    known = frozenset(found)
    return tuple(number for number, faults in FAULTS.items() if not faults <= known)
