"""What did sslyze find out of each thing that it asked a server, whichever version wrote it?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from .row import Told

Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    identifier: str  # sslyze's own name of what it asked
    title: str
    told: Told
    evidence: str = ""
    cves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Question:
    weak: str  # the title when it is weak
    sound: str
    is_weak: Callable[[Result], bool | None]  # None when the result does not say
    cves: tuple[str, ...] = ()


def _flag(key: str, *, weak: bool) -> Callable[[Result], bool | None]:
    return lambda result: (value is weak) if isinstance(value := result.get(key), bool) else None


def _robot(result: Result) -> bool | None:
    told = str(result.get("robot_result", ""))
    return told.startswith("VULNERABLE") if told.startswith(("VULNERABLE", "NOT_VULNERABLE")) else None


def _offered(result: Result) -> bool | None:
    """Version 5 says it; before, it shows by the suites that were accepted."""
    accepted, said = result.get("accepted_cipher_suites"), result.get("is_tls_version_supported")
    if isinstance(said, bool):
        return said or bool(accepted)
    return bool(accepted) if isinstance(accepted, list) else None


_QUESTIONS = {
    "heartbleed": _Question(
        "Heartbleed",
        "no Heartbleed",
        _flag("is_vulnerable_to_heartbleed", weak=True),
        ("CVE-2014-0160",),
    ),
    "openssl_ccs_injection": _Question(
        "OpenSSL CCS injection",
        "no OpenSSL CCS injection",
        _flag("is_vulnerable_to_ccs_injection", weak=True),
        ("CVE-2014-0224",),
    ),
    "robot": _Question("ROBOT", "no ROBOT", _robot),
    "session_renegotiation": _Question(
        "insecure renegotiation",
        "secure renegotiation",
        _flag("supports_secure_renegotiation", weak=False),
        ("CVE-2009-3555",),
    ),
    "tls_compression": _Question(
        "TLS compression (CRIME)",
        "no TLS compression",
        _flag("supports_compression", weak=True),
        ("CVE-2012-4929",),
    ),
    "tls_fallback_scsv": _Question(
        "no protection against a downgrade (TLS_FALLBACK_SCSV)",
        "protection against a downgrade",
        _flag("supports_fallback_scsv", weak=False),
    ),
    "ssl_2_0_cipher_suites": _Question("SSL 2.0 is offered", "SSL 2.0 is not offered", _offered),
    "ssl_3_0_cipher_suites": _Question("SSL 3.0 is offered", "SSL 3.0 is not offered", _offered),
    "tls_1_0_cipher_suites": _Question("TLS 1.0 is offered", "TLS 1.0 is not offered", _offered),
    "tls_1_1_cipher_suites": _Question("TLS 1.1 is offered", "TLS 1.1 is not offered", _offered),
}
_CURRENT = {"tls_1_2_cipher_suites": "TLS 1.2", "tls_1_3_cipher_suites": "TLS 1.3"}
_BROKEN = ("RC4", "3DES", "_DES_", "DES40", "NULL", "EXPORT", "anon", "_MD5", "RC2")


def answers(results: Result) -> Iterator[Answer]:
    """Yield what each completed question found; one that was not asked, or failed, says nothing but that."""
    weak_suites: dict[str, None] = {}
    for identifier, told in results.items():
        result = _completed(told)
        if result is None:
            if isinstance(told, dict) and str(told.get("status", "")).startswith("ERROR"):
                yield Answer(f"{identifier}:error", f"{identifier}: could not look", Told.FACT, str(told["status"]))
            continue
        if identifier == "certificate_info":
            yield from _certificates(result)
        elif identifier in _QUESTIONS:
            yield from _asked(identifier, _QUESTIONS[identifier], result)
        elif identifier in _CURRENT:
            offered = "is" if _offered(result) else "is not"
            yield Answer(identifier, f"{_CURRENT[identifier]} {offered} offered", Told.FACT, _suites(result))
        weak_suites.update(dict.fromkeys(name for name in _accepted(result) if any(sign in name for sign in _BROKEN)))
    if weak_suites:
        yield Answer(
            "weak_cipher_suites", "broken cipher suites are accepted", Told.WEAKNESS, "\n".join(sorted(weak_suites))
        )


def _completed(told: Any) -> Result | None:
    """Version 5 wraps each result with its status; version 3 gives it bare."""
    if not isinstance(told, dict):
        return None
    if "status" not in told:
        return told
    result = told.get("result")
    return result if isinstance(result, dict) else None


def _asked(identifier: str, question: _Question, result: Result) -> Iterator[Answer]:
    weak = question.is_weak(result)
    if weak is None:
        return
    title, told = (question.weak, Told.WEAKNESS) if weak else (question.sound, Told.SOUND)
    yield Answer(identifier, title, told, _suites(result), question.cves)


def _accepted(result: Result) -> list[str]:
    suites = result.get("accepted_cipher_suites")
    found = [one.get("cipher_suite") for one in suites if isinstance(one, dict)] if isinstance(suites, list) else []
    return [str(suite.get("name", "")) for suite in found if isinstance(suite, dict)]


def _suites(result: Result) -> str:
    return "\n".join(_accepted(result))


def _certificates(result: Result) -> Iterator[Answer]:
    deployments = result.get("certificate_deployments")
    for number, deployment in enumerate(deployments if isinstance(deployments, list) else [], start=1):
        if isinstance(deployment, dict):
            which = "" if number == 1 else f":{number}"
            yield from _certificate(which, deployment)


def _certificate(which: str, deployment: Result) -> Iterator[Answer]:
    matches = deployment.get("leaf_certificate_subject_matches_hostname")
    if isinstance(matches, bool):
        told = Told.SOUND if matches else Told.WEAKNESS
        title = "the certificate has the name" if matches else "the certificate is for another name"
        yield Answer(f"certificate_info:hostname{which}", title, told)
    paths = deployment.get("path_validation_results")
    errors = [
        str(path.get("openssl_error_string") or path.get("validation_error") or "")
        for path in (paths if isinstance(paths, list) else [])
        if isinstance(path, dict)
    ]
    if errors:
        trusted = not all(errors)
        title = "a known authority vouches for the certificate" if trusted else "no known authority vouches for it"
        told = Told.SOUND if trusted else Told.WEAKNESS
        yield Answer(f"certificate_info:trust{which}", title, told, "\n".join(sorted({one for one in errors if one})))
    if deployment.get("verified_chain_has_sha1_signature") is True:
        yield Answer(f"certificate_info:sha1{which}", "a certificate is signed with SHA-1", Told.WEAKNESS)
