"""SSH, mail, files, and the protocols of care."""

import pytest

from vigie.engine.facts import DicomAnswer, DicomFacts, FhirFacts, FtpFacts, MllpFacts, SmtpFacts, SshFacts
from vigie.engine.facts_of_web import DicomWebFacts
from vigie.engine.outcome import Verdict

from .looks import look, outcome, tls, verdict

PASS, FAIL, UNKNOWN = Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN


@pytest.mark.parametrize(("protocol", "expected"), [("2.0", PASS), ("1.99", FAIL), ("1.5", FAIL)])
def test_the_first_version_of_ssh_is_not_accepted(protocol, expected):
    assert verdict("ssh-obsolete-protocol", look("ssh", ssh=SshFacts(protocol, "x", None))) is expected


@pytest.mark.parametrize(
    ("ssh", "expected"),
    [
        pytest.param(SshFacts("2.0", "x", None, kex=("diffie-hellman-group1-sha1",)), FAIL, id="group-1"),
        pytest.param(SshFacts("2.0", "x", None, ciphers=("aes256-ctr", "3des-cbc")), FAIL, id="3des"),
        pytest.param(SshFacts("2.0", "x", None, macs=("hmac-md5-96",)), FAIL, id="md5"),
        pytest.param(SshFacts("2.0", "x", None, host_keys=("ssh-dss",)), FAIL, id="dsa"),
        pytest.param(SshFacts("2.0", "x", None, kex=("diffie-hellman-group14-sha1",)), PASS, id="old-not-broken"),
        pytest.param(SshFacts("2.0", "x", None, ciphers=("aes256-gcm@openssh.com",)), PASS, id="modern"),
        pytest.param(SshFacts("2.0", "x", None), UNKNOWN, id="not-told"),
    ],
)
def test_no_broken_algorithm_is_offered(ssh, expected):
    assert verdict("ssh-weak-algorithms", look("ssh", ssh=ssh)) is expected


def test_the_broken_algorithms_are_named():
    ssh = SshFacts("2.0", "x", None, ciphers=("3des-cbc", "arcfour"))
    [shown] = outcome("ssh-weak-algorithms", look("ssh", ssh=ssh)).evidence
    assert (shown.label, shown.value) == ("ssh.weak", "3des-cbc, arcfour")


OFFERED = [
    pytest.param(True, PASS, id="offered"),
    pytest.param(False, FAIL, id="not"),
    pytest.param(None, UNKNOWN, id="not-told"),
]


@pytest.mark.parametrize(("starttls", "expected"), OFFERED)
def test_mail_can_come_encrypted(starttls, expected):
    assert verdict("smtp-no-starttls", look("smtp", smtp=SmtpFacts("mx", (), starttls))) is expected


@pytest.mark.parametrize(("auth_tls", "expected"), OFFERED)
def test_files_can_travel_encrypted(auth_tls, expected):
    assert verdict("ftp-no-tls", look("ftp", ftp=FtpFacts("x", (), auth_tls))) is expected


def test_what_is_wholly_under_tls_needs_no_further_offer():
    assert verdict("smtp-no-starttls", look("smtps", tls=tls(), smtp=SmtpFacts("mx", (), False))) is PASS
    assert verdict("ftp-no-tls", look("ftps", tls=tls(), ftp=FtpFacts("x", (), False))) is PASS


@pytest.mark.parametrize(
    ("answer", "reason", "anyone", "exposed"),
    [
        pytest.param(DicomAnswer.ACCEPTED, None, FAIL, None, id="accepted"),
        pytest.param(DicomAnswer.REJECTED, "calling AE title not recognised", PASS, FAIL, id="rejected"),
        pytest.param(DicomAnswer.ABORTED, "aborted", PASS, FAIL, id="aborted"),
        pytest.param(DicomAnswer.REJECTED, "temporary congestion", UNKNOWN, FAIL, id="busy"),
    ],
)
def test_an_imaging_server_neither_accepts_a_stranger_nor_can_be_reached(answer, reason, anyone, exposed):
    seen = look("dicom", dicom=DicomFacts(answer, reason, None, None))
    assert verdict("dicom-answers-anyone", seen) is anyone
    assert verdict("dicom-exposed", seen) is exposed


def test_a_node_that_refuses_under_tls_is_not_reached_in_clear():
    refusing = DicomFacts(DicomAnswer.REJECTED, "calling AE title not recognised", None, None)
    assert verdict("dicom-exposed", look("dicom", dicom=refusing, tls=tls())) is None


@pytest.mark.parametrize(("granted", "expected"), [(True, FAIL), (False, PASS), (None, UNKNOWN)])
def test_a_search_of_patients_is_refused_to_strangers(granted, expected):
    facts = FhirFacts("4.0.1", None, None, True, 2, search_open=granted)
    assert verdict("fhir-search-open", look("fhir", fhir=facts)) is expected


@pytest.mark.parametrize(("proven", "expected"), [(True, FAIL), (False, UNKNOWN)])
def test_an_hl7_listener_is_a_weakness_only_when_it_is_proven(proven, expected):
    assert verdict("mllp-exposed", look("mllp", mllp=MllpFacts(proven, 3))) is expected


@pytest.mark.parametrize(
    ("fhir", "expected"),
    [
        pytest.param(FhirFacts("4.0.1", None, None, False, 2), FAIL, id="declares-none"),
        pytest.param(FhirFacts("4.0.1", None, None, True, 2), PASS, id="declares-some"),
        pytest.param(None, UNKNOWN, id="not-read"),
    ],
)
def test_a_fhir_server_says_how_a_caller_proves_who_it_is(fhir, expected):
    assert verdict("fhir-no-security", look("fhir", fhir=fhir)) is expected


@pytest.mark.parametrize(("granted", "expected"), [(True, FAIL), (False, PASS), (None, UNKNOWN)])
def test_a_stranger_may_not_search_the_studies_of_an_image_server(granted, expected):
    seen = look("http", dicomweb=DicomWebFacts("/dicom-web/studies?limit=1", granted))
    assert verdict("dicomweb-search-open", seen) is expected
    assert verdict("dicomweb-search-open", look("http")) is None
