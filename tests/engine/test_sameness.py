from dataclasses import replace
from datetime import UTC, datetime

import pytest

from vigie.engine.facts import Facts, FtpFacts, HttpFacts, Identity, SmtpFacts, SshFacts
from vigie.engine.facts_of_tls import Certificate, TlsFacts
from vigie.engine.sameness import changed, sign_of

CERTIFICATE = Certificate(
    subject="CN=portail.example",
    issuer="CN=portail.example",
    names=("portail.example",),
    not_before=datetime(2026, 1, 1, tzinfo=UTC),
    not_after=datetime(2027, 1, 1, tzinfo=UTC),
    serial="1",
    sha256="aa",
    key="EC secp256r1",
    signature="ecdsa-with-SHA256",
    self_signed=True,
    chain_length=1,
)
TLS = TlsFacts("TLSv1.3", "TLS_AES_256_GCM_SHA384", CERTIFICATE, False, "portail.example", True)
HTTP = HttpFacts(200, "nginx/1.28.0", "Portail", None, (("date", "Mon"),), (), False, False, 120, "b" * 64)
NGINX = Identity("nginx", "nginx", "1.28.0")
WEB = Facts(tls=TLS, http=HTTP)
HSTS = (("strict-transport-security", "max-age=31536000"),)


#   second look at the same web server -> has it changed
@pytest.mark.parametrize(
    ("facts", "is_change"),
    [
        pytest.param(WEB, False, id="the-same"),
        pytest.param(replace(WEB, http=replace(HTTP, headers=(("date", "Tue"),))), False, id="another-date"),
        pytest.param(replace(WEB, http=replace(HTTP, body_sha256="c" * 64)), False, id="another-body"),
        pytest.param(replace(WEB, http=None), False, id="http-did-not-answer"),
        pytest.param(replace(WEB, tls=None), False, id="tls-was-not-asked"),
        pytest.param(replace(WEB, tls=replace(TLS, accepts_obsolete=None)), False, id="obsolete-could-not-be-asked"),
        pytest.param(replace(WEB, tls=replace(TLS, accepts_obsolete=True)), True, id="obsolete-accepted-now"),
        pytest.param(replace(WEB, http=replace(HTTP, headers=HSTS)), True, id="hsts-added"),
        pytest.param(replace(WEB, http=replace(HTTP, has_password_field=True)), True, id="a-login-page"),
        pytest.param(replace(WEB, tls=replace(TLS, certificate=replace(CERTIFICATE, sha256="bb"))), True, id="renewed"),
    ],
)
def test_a_web_server_seen_twice(facts, is_change):
    assert changed(sign_of("https", WEB, [NGINX]), sign_of("https", facts, [NGINX])) is is_change


def test_an_upgrade_is_a_change():
    old, new = sign_of("https", WEB, [NGINX]), sign_of("https", WEB, [replace(NGINX, version="1.29.0")])
    assert changed(old, new)
    assert old.sha256 != new.sha256


def test_another_service_on_the_port_is_a_change():
    ssh = Facts(ssh=SshFacts("2.0", "OpenSSH_9.9p1", None))
    assert changed(sign_of("https", WEB, [NGINX]), sign_of("ssh", ssh, []))


def test_a_greeting_that_tells_the_time_is_not_a_change():
    def mail(greeting: str) -> Facts:
        return Facts(banner=greeting, smtp=SmtpFacts(greeting, ("STARTTLS",), True))

    monday, tuesday = mail("220 mx ESMTP Exim 4.98.1 Mon, 23 Nov"), mail("220 mx ESMTP Exim 4.98.1 Tue, 24 Nov")
    assert not changed(sign_of("smtp", monday, []), sign_of("smtp", tuesday, []))


def test_what_could_not_be_asked_then_is_learnt_now():
    silent, told = Facts(ftp=FtpFacts("220 hello", (), None)), Facts(ftp=FtpFacts("220 hello", ("AUTH TLS",), True))
    assert changed(sign_of("ftp", silent, []), sign_of("ftp", told, []))
    assert not changed(sign_of("ftp", told, []), sign_of("ftp", silent, []))
