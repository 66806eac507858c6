"""Which products does this text name?"""

from collections.abc import Iterable, Iterator

import re2

from vigie.engine.facts import Facts, Identity

from .rule import Layer, Rule

MAX_TEXT = 4096


class Matcher:
    """Rules compiled once: a set selects in one pass, then the selected ones capture. Linear time, by RE2."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules: dict[str, list[tuple[Rule, re2._Regexp]]] = {}
        self._sets: dict[str, re2.Set] = {}
        for rule in rules:
            self._rules.setdefault(rule.kind, []).append((rule, re2.compile(rule.pattern)))
        for kind, compiled in self._rules.items():
            selection = re2.Set.SearchSet()
            for rule, _ in compiled:
                selection.Add(rule.pattern)
            selection.Compile()
            self._sets[kind] = selection

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of text that some rule reads."""
        return frozenset(self._rules)

    def match(self, kind: str, text: str) -> tuple[Identity, ...]:
        """Every product that the text names, the most telling first; () when none."""
        return tuple(identity for _, identity in self._ranked([(kind, text)]))

    def identify(self, facts: Facts) -> tuple[Identity, ...]:
        """Every product that the facts name, each once, the one that stands for the service first."""
        return self.identify_texts(texts_of(facts))

    def identify_texts(self, texts: Iterable[tuple[str, str]]) -> tuple[Identity, ...]:
        """The same, from (kind, text)."""
        best: dict[tuple[str, str], Identity] = {}
        for _, identity in self._ranked(texts):
            key = (identity.vendor, identity.product)
            if key not in best or _knowledge(identity) > _knowledge(best[key]):
                best[key] = identity
        return tuple(best.values())

    def _ranked(self, texts: Iterable[tuple[str, str]]) -> list[tuple[Layer, Identity]]:
        found = [pair for kind, text in texts for pair in self._matches(kind, text[:MAX_TEXT])]
        return sorted(found, key=lambda pair: (pair[0], -pair[1].confidence))

    def _matches(self, kind: str, text: str) -> Iterator[tuple[Layer, Identity]]:
        selection = self._sets.get(kind)
        if selection is None:
            return
        told: set[tuple[str, str]] = set()
        # In the order of the rules: the first that fits a product is its most exact one.
        for index in sorted(selection.Match(text) or ()):  # None when nothing matches
            rule, pattern = self._rules[kind][index]
            if (rule.vendor, rule.product) in told:
                continue
            told.add((rule.vendor, rule.product))
            yield rule.layer, _identity(rule, pattern.search(text).groupdict())


def texts_of(facts: Facts) -> Iterator[tuple[str, str]]:
    """What the facts say, as (kind, text), for the rules."""
    if facts.ssh:
        yield "ssh", f"{facts.ssh.software} {facts.ssh.comment or ''}".strip()
    if facts.ftp:
        yield "ftp", facts.ftp.greeting
        if facts.ftp.features:
            yield "ftp_features", ", ".join(facts.ftp.features)
    if facts.smtp:
        yield "smtp", facts.smtp.greeting
        if facts.smtp.extensions:
            yield "smtp_extensions", " ".join(facts.smtp.extensions)
    if facts.dicom and facts.dicom.implementation_version:
        yield "dicom_implementation", facts.dicom.implementation_version
    if facts.dicom and facts.dicom.implementation_uid:
        yield "dicom_uid", facts.dicom.implementation_uid
    if facts.fhir and facts.fhir.software:
        yield "fhir_software", f"{facts.fhir.software} {facts.fhir.software_version or ''}".strip()
    yield from _texts_of_exposed(facts)
    yield from _texts_of_infrastructure(facts)
    if facts.http:
        yield from _texts_of_http(facts)


def _texts_of_exposed(facts: Facts) -> Iterator[tuple[str, str]]:
    if facts.telnet and facts.telnet.greeting:
        yield "telnet", facts.telnet.greeting
    if facts.vnc:
        yield "vnc", facts.vnc.version
    if facts.mailbox:
        is_imap = facts.mailbox.greeting.startswith("*")
        yield "imap" if is_imap else "pop", facts.mailbox.greeting
    if facts.database:
        yield facts.database.engine, facts.database.version or facts.database.said
    if facts.ldap:
        kind = "active-directory" if facts.ldap.active_directory else facts.ldap.vendor or ""
        yield "ldap", f"{kind} {facts.ldap.version or ''}".strip()


def _texts_of_infrastructure(facts: Facts) -> Iterator[tuple[str, str]]:
    if facts.name_server and facts.name_server.version:
        yield "dns_version", facts.name_server.version
    if facts.snmp and facts.snmp.enterprise is not None:
        yield "snmp_enterprise", str(facts.snmp.enterprise)
    if facts.sip and facts.sip.server:
        yield "sip", facts.sip.server
    if facts.ike:
        yield from (("ike_vendor_id", vendor_id) for vendor_id in facts.ike.vendor_ids)
    if facts.broker:
        told = (facts.broker.product, facts.broker.version)
        yield facts.broker.protocol, " ".join(part for part in told if part)


def _texts_of_http(facts: Facts) -> Iterator[tuple[str, str]]:
    http = facts.http
    if http is None:
        return
    if http.server:
        yield "http_server", http.server
    if http.title:
        yield "html_title", http.title
    if http.signature:
        yield "html_signature", http.signature
    if http.location:
        yield "http_location", http.location
    if http.favicon_md5:
        yield "favicon_md5", http.favicon_md5
    yield from (("html_path", path) for path in http.paths)
    yield from (("http_cookie", name) for name in http.cookies)
    yield from (("http_header", f"{name}: {value}") for name, value in http.headers if name != "server")


def _identity(rule: Rule, captures: dict[str, str | None]) -> Identity:
    told = {name: value for name, value in captures.items() if value}
    version = rule.version.format_map(told) if rule.version else told.get("version")
    return Identity(
        vendor=rule.vendor,
        product=rule.product,
        version=version[:64] if version else None,
        update=rule.update.format_map(told) if rule.update else told.get("update"),
        edition=rule.edition or told.get("edition"),
        distribution=rule.distribution,
        package=rule.package.format_map(told) if rule.package else None,
        platform=rule.platform or told.get("platform"),
        confidence=rule.confidence,
        source=rule.kind,
        versions=rule.versions,
    )


def _knowledge(identity: Identity) -> tuple[bool, bool, int]:
    return identity.version is not None, identity.package is not None, identity.confidence
