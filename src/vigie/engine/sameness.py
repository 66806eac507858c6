"""Is it the same service as at the last look, or has it changed?"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields

from vigie.engine.cipher_suites import faults_of
from vigie.engine.facts import Facts, HttpFacts, Identity
from vigie.engine.facts_of_tls import TlsFacts
from vigie.engine.facts_of_web import SiteFacts
from vigie.engine.names import DomainFacts

Part = tuple[object, ...] | None


@dataclass(frozen=True, slots=True)
class Sign:
    """What identifies a service. A None part was not answered: it contradicts nothing.

    Dates, lengths and whole greetings are left out: they differ from one look to the next on an unchanged service.
    """

    service: str
    products: tuple[tuple[str | None, ...], ...]
    parts: tuple[Part, ...]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(repr((self.service, self.products, self.parts)).encode()).hexdigest()


def sign_of(service: str | None, facts: Facts, identities: Sequence[Identity]) -> Sign:
    ssh, smtp, ftp, dicom, mllp, fhir = facts.ssh, facts.smtp, facts.ftp, facts.dicom, facts.mllp, facts.fhir
    return Sign(
        service=service or "",
        products=tuple((i.vendor, i.product, i.version, i.update, i.distribution, i.package) for i in identities),
        parts=(
            *_tls(facts.tls),
            *_http(facts.http),
            _site(facts.site),
            (facts.dicomweb.search_open,) if facts.dicomweb and facts.dicomweb.search_open is not None else None,
            (ssh.protocol, ssh.software, ssh.comment) if ssh else None,
            (ssh.kex, ssh.host_keys, ssh.ciphers, ssh.macs) if ssh and ssh.kex else None,
            (smtp.starttls, smtp.extensions) if smtp and smtp.starttls is not None else None,
            (ftp.auth_tls, ftp.features) if ftp and ftp.auth_tls is not None else None,
            (dicom.answer, dicom.reason, dicom.implementation_uid, dicom.implementation_version) if dicom else None,
            (mllp.proven,) if mllp else None,
            (fhir.fhir_version, fhir.software, fhir.software_version, fhir.security_declared) if fhir else None,
            *_exposed(facts),
            *_domain(facts.domain),
        ),
    )


def changed(old: Sign, new: Sign) -> bool:
    """True when the new look contradicts or completes the old one; a part now unknown does neither."""
    if (old.service, old.products) != (new.service, new.products):
        return True
    return any(part is not None and part != before for before, part in zip(old.parts, new.parts, strict=True))


def _exposed(facts: Facts) -> tuple[Part, ...]:
    smb, vnc, database, ldap, mailbox = facts.smb, facts.vnc, facts.database, facts.ldap, facts.mailbox
    return (
        (facts.telnet.negotiates,) if facts.telnet else None,
        (facts.rdp.security,) if facts.rdp and facts.rdp.security else None,
        (smb.dialect, smb.signing_required) if smb and smb.dialect else None,
        (smb.accepts_smb1,) if smb and smb.accepts_smb1 is not None else None,
        (vnc.version, vnc.security_types) if vnc and vnc.security_types is not None else None,
        (database.engine, database.version, database.tls) if database else None,
        (database.answers_anyone,) if database and database.answers_anyone is not None else None,
        (ldap.vendor, ldap.version, ldap.starttls, ldap.active_directory) if ldap else None,
        (mailbox.starttls, mailbox.login_refused) if mailbox and mailbox.starttls is not None else None,
    )


def _domain(domain: DomainFacts | None) -> tuple[Part, ...]:
    """Each record is a part of its own: one that could not be asked contradicts nothing."""
    told = [getattr(domain, field.name, None) for field in fields(DomainFacts) if field.name != "mail_servers"]
    told.append(_mail_servers(domain))
    return tuple(None if part is None else (part,) for part in told)


def _mail_servers(domain: DomainFacts | None) -> Part:
    """Told once all could be asked: the reasons why one could not are as many as days."""
    servers = domain.mail_servers if domain else None
    if servers is None or not all(server.asked for server in servers):
        return None
    return tuple((one.host, one.starttls, *_tls(one.tls)[:1], one.tlsa_kept, one.tlsa_signed) for one in servers)


def _tls(tls: TlsFacts | None) -> tuple[Part, ...]:
    if tls is None:
        return (None,) * 6
    leaf = tls.certificate
    return (
        (tls.protocol, leaf.sha256 if leaf else "", tls.name_matches),
        None if tls.accepts_obsolete is None else (tls.accepts_obsolete,),
        ("SSLv3" in tls.versions,) if "SSLv3" in (*tls.versions, *tls.refused) else None,
        # Of several faulty suites a server chooses one: which one may change, of what faults does not.
        (sorted({fault for name in tls.weak_suites for fault in faults_of(name)}),) if tls.suites_told else None,
        (tls.dh_bits,) if tls.dh_bits else None,
        (leaf.chain_complete, tls.staple and tls.staple.status) if leaf and tls.staple_asked else None,
    )


def _http(http: HttpFacts | None) -> tuple[Part, Part]:
    if http is None:
        return (None, None)
    hsts = next((value for name, value in http.headers if name == "strict-transport-security"), "")
    told = (http.status, http.server, http.title, hsts, http.has_password_field, http.is_listing)
    icon = (http.favicon_md5,) if http.favicon_md5 else None
    return (*told, http.login_to, http.page, http.version, http.cookie_flags), icon


def _site(site: SiteFacts | None) -> Part:
    """What was found, where every path was judged: a round that was cut contradicts nothing."""
    if site is None or site.reason:
        return None
    return (site.security_txt, tuple((one.kind, one.path) for one in site.found))
