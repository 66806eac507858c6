"""DICOM, HL7 and FHIR: recognised even when they refuse us, with no patient data read."""

import json
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pynetdicom import AE
from pynetdicom.sop_class import Verification

from vigie.engine.facts import Answer, DicomAnswer
from vigie.probes import dicom, fhir, identify, mllp
from vigie.probes.errors import Garbled
from vigie.probes.http import HttpAnswer

from .certificates import certificate, context
from .conftest import HURRIED
from .servers import answers, listening, page, says, silent, site


@pytest.fixture(scope="module")
def started():
    """A real DICOM node, by a library that knows the protocol better than we do."""
    ae = AE(ae_title="VALOMBRE")
    ae.implementation_version_name = "ORTHANC_1.12.1"
    ae.add_supported_context(Verification)
    server = ae.start_server(("127.77.0.4", 0), block=False)
    server.address, server.port = server.socket.getsockname()
    yield server
    server.shutdown()


@pytest.fixture
def node(started):
    started.ae.require_calling_aet = []
    return started


def test_a_real_node_accepts_us_and_tells_its_implementation(node, ask):
    service = ask(node, "dicom")
    assert service.service == "dicom"
    assert service.facts.dicom.answer is DicomAnswer.ACCEPTED
    assert service.facts.dicom.implementation_version == "ORTHANC_1.12.1"
    assert service.identities[0].version == "1.12.1"


def test_a_real_node_under_tls_is_recognised(ask, tmp_path, monkeypatch):
    monkeypatch.setattr(identify, "hint_of", lambda port: "dicom-over-tls")
    ae = AE(ae_title="VALOMBRE")
    ae.add_supported_context(Verification)
    server = ae.start_server(("127.77.0.4", 0), block=False, ssl_context=context(tmp_path, certificate()))
    server.address, server.port = server.socket.getsockname()
    try:
        service = ask(server)
    finally:
        server.shutdown()
    assert (service.service, service.facts.dicom.answer) == ("dicom", DicomAnswer.ACCEPTED)
    assert service.facts.tls.certificate is not None


def test_a_real_node_that_refuses_unknown_callers_is_recognised(node, ask):
    node.ae.require_calling_aet = ["IRM-1"]
    facts = ask(node, "dicom").facts.dicom
    assert (facts.answer, facts.reason) == (DicomAnswer.REJECTED, "calling AE title not recognised")


@pytest.mark.parametrize(
    ("answer", "told", "reason"),
    [
        pytest.param(
            b"\x03\0\0\0\0\x04\0\x01\x01\x07", DicomAnswer.REJECTED, "called AE title not recognised", id="called"
        ),
        pytest.param(b"\x03\0\0\0\0\x04\0\x02\x03\x01", DicomAnswer.REJECTED, "temporary congestion", id="congestion"),
        pytest.param(b"\x03\0\0\0\0\x04\0\x01\x01\x63", DicomAnswer.REJECTED, "reason 1.99", id="unheard-of"),
        pytest.param(b"\x07\0\0\0\0\x04\0\0\x02\0", DicomAnswer.ABORTED, "aborted by the provider", id="abort"),
    ],
)
def test_a_refusal_proves_dicom(answer, told, reason, ask):
    with listening(answers(answer)) as server:
        service = ask(server, "dicom")
    assert (service.facts.dicom.answer, service.facts.dicom.reason) == (told, reason)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"\x02\0\0\0\0\x05abcde", id="too-short"),
        pytest.param(b"\x02\0\xff\xff\xff\xff", id="four-gigabytes"),
        pytest.param(b"\x02\x01\0\0\0\x04\0\x01\x01\x07", id="reserved-byte"),
        pytest.param(b"\x09\0\0\0\0\x04abcd", id="unknown-kind"),
        pytest.param(b"\x03\0\0\0\0\x04\0\x09\x09\x09", id="impossible-rejection"),
    ],
)
def test_what_only_looks_like_dicom_is_garbled(answer, ask):
    with listening(answers(answer)) as server:
        service = ask(server, "dicom")
    assert (service.answer, service.service) == (Answer.GARBLED, None)


def test_the_request_is_whole_and_asks_for_verification_only():
    asked = dicom.request()
    assert struct.unpack(">BxL", asked[:6]) == (1, len(asked) - 6)
    assert asked.count(b"1.2.840.10008.1.1\x40") == 1


@given(st.integers(2, 7), st.binary(max_size=300))
def test_any_body_is_dicom_or_garbled(kind, body):
    try:
        assert dicom.parse(kind, body).answer in DicomAnswer
    except Garbled:
        return


def frames(connection):
    connection.sendall(b"\x0bMSH|secret\x1c\r" if connection.recv(100) == mllp.EMPTY_FRAME else b"?")


def test_without_leave_no_byte_is_sent_to_a_possible_hl7_listener(ask):
    received = []

    def handle(connection):
        received.append(connection.recv(100))

    with listening(handle) as server:
        service = ask(server, "mllp", times=HURRIED)
    assert received == [b""]
    assert (service.service, service.answer, service.facts.mllp.proven) == ("mllp", Answer.SILENT, False)


def test_with_leave_an_empty_frame_proves_hl7_and_its_message_is_not_kept(ask):
    with listening(frames) as server:
        service = ask(server, "mllp", allow_mllp_frame=True)
    assert (service.answer, service.facts.mllp.proven) == (Answer.ANSWERED, True)
    assert service.facts.mllp.framed_bytes == 13
    assert b"secret" not in service.raw[0].answered


def test_a_listener_that_does_not_answer_the_frame_is_not_proven(ask):
    with listening(silent) as server:
        service = ask(server, "mllp", times=HURRIED, allow_mllp_frame=True)
    assert (service.answer, service.facts.mllp.proven) == (Answer.SILENT, False)


def test_another_server_on_the_port_of_hl7_is_told_for_what_it_is(ask):
    with listening(says(b"* OK ready\r\n* CAPABILITY IMAP4rev1\r\na1 OK done\r\n")) as server:
        assert ask(server, "mllp").service == "imap"


KEYS = st.sampled_from(["software", "rest", "security", "service", "resource", "fhirVersion", "name", "version"])


def statement(**changes):
    rest = {"mode": "server", "resource": [{"type": "Patient"}, {"type": "Location"}]}
    document = {
        "resourceType": "CapabilityStatement",
        "fhirVersion": "4.0.1",
        "software": {"name": "HAPI FHIR Server", "version": "7.4.0"},
        "rest": [rest | changes],
    }
    return json.dumps(document).encode()


def test_a_fhir_server_is_known_by_its_statement_and_by_nothing_else(ask):
    asked = []

    def handle(connection):
        while request := connection.recv(65536):
            asked.append(request.split(b" ")[1])
            found = b"/fhir/metadata" in request
            connection.sendall(page(statement()) if found else page(b"<h1>no</h1>", status="404 Not Found"))

    with listening(handle) as server:
        service = ask(server, "http")
    assert service.service == "fhir"
    assert (service.facts.fhir.software_version, service.facts.fhir.resource_count) == ("7.4.0", 2)
    assert service.facts.fhir.security_declared is False
    assert asked == [b"/", b"/metadata", b"/fhir/metadata", b"/fhir/Patient?_summary=count"]


@pytest.mark.parametrize(
    ("security", "declared"),
    [
        pytest.param({"security": {"cors": True}}, False, id="cors-alone"),
        pytest.param({"security": {"service": [{"text": "OAuth"}]}}, True, id="service"),
        pytest.param({"security": {"service": []}}, False, id="no-service"),
        pytest.param({"security": "yes"}, False, id="not-an-object"),
        pytest.param({}, False, id="nothing"),
    ],
)
def test_a_section_that_names_a_mechanism_declares_security(security, declared):
    body = statement(**security)
    assert fhir.capability(HttpAnswer("/metadata", 200, (), body, len(body), b"", b"")).security_declared is declared


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"resourceType": "Patient"}',
        b'{"resourceType": []}',
        b"{" * 5000,
        b'{"a":' * 5000,
        statement()[:50],
    ],
    ids=range(8),
)
def test_what_is_not_a_statement_is_none(body):
    assert fhir.capability(HttpAnswer("/metadata", 200, (), body, len(body), b"", b"")) is None


LEAVES = st.none() | st.booleans() | st.text(max_size=5)
JSON = st.recursive(LEAVES, lambda c: st.lists(c, max_size=2) | st.dictionaries(KEYS, c, max_size=3), max_leaves=8)


@settings(max_examples=40)
@given(st.dictionaries(KEYS, JSON, max_size=4))
def test_any_statement_is_read_without_a_crash(document):
    body = json.dumps(document | {"resourceType": "CapabilityStatement"}).encode()
    assert fhir.capability(HttpAnswer("/metadata", 200, (), body, len(body), b"", b"")) is not None


def test_a_statement_of_wrong_types_is_read_without_a_crash():
    body = b'{"resourceType": "CapabilityStatement", "software": [], "rest": {"a": 1}, "fhirVersion": 4}'
    facts = fhir.capability(HttpAnswer("/metadata", 200, (), body, len(body), b"", b""))
    assert (facts.fhir_version, facts.software, facts.resource_count) == ("4", None, 0)


def test_a_catch_all_site_is_not_a_fhir_server(ask):
    with listening(site({}, missing=page(b'{"status": "UP"}', "Content-Type: application/json"))) as server:
        assert ask(server, "http").service == "http"


@given(st.binary(max_size=200))
def test_any_body_that_begins_like_a_statement_is_read_without_a_crash(body):
    answer = HttpAnswer("/metadata", 200, (), b'{"' + body, len(body) + 2, b"", b"")
    assert fhir.capability(answer) is None


def test_a_statement_in_latin_1_is_none():
    body = '{"é": "resourceType"}'.encode("latin-1")
    assert fhir.capability(HttpAnswer("/metadata", 200, (), body, len(body), b"", b"")) is None


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        pytest.param(200, "application/fhir+json", True, id="granted"),
        pytest.param(401, "application/fhir+json", False, id="asks-who"),
        pytest.param(403, None, False, id="refused"),
        pytest.param(200, "text/html", None, id="a-page-for-everything"),
        pytest.param(404, "application/fhir+json", None, id="no-such-resource"),
        pytest.param(500, "application/fhir+json", None, id="in-trouble"),
    ],
)
def test_a_search_is_judged_by_the_head_of_its_answer(status, kind, expected):
    assert fhir.search_is_open(status, kind) is expected


def test_the_search_is_asked_beside_the_statement_and_its_body_is_never_read(ask):
    patients = page(b'{"resourceType": "Bundle", "total": 42}', "Content-Type: application/fhir+json")
    pages = {"/": page(status="404 Not Found"), "/fhir/metadata": page(statement()), "/fhir" + fhir.SEARCH: patients}
    with listening(site(pages)) as server:
        service = ask(server, "fhir")
    assert service.facts.fhir.search_open is True
    assert not any(b"total" in raw.answered for raw in service.raw)


@pytest.mark.parametrize(
    ("answer", "search_open"),
    [
        pytest.param(page(b"[]", "Content-Type: application/dicom+json"), True, id="granted"),
        pytest.param(page(b"", status="204 No Content"), True, id="granted-and-empty"),
        pytest.param(page(b"", status="401 Unauthorized"), False, id="asks-who"),
        pytest.param(page(b"", status="503 Busy"), None, id="in-trouble"),
    ],
)
def test_a_search_of_studies_is_told_by_the_head_of_its_answer(answer, search_open, ask):
    body = page(b"<title>Orthanc Explorer</title>")
    with listening(site({"/": body, "/dicom-web/studies?limit=1": answer})) as server:
        service = ask(server, "http")
    assert service.facts.dicomweb.search_open is search_open


def test_nothing_of_a_study_is_read_or_kept(ask):
    patient = b'[{"00100010":{"Value":["DUPONT^MARIE"]}}]'
    found = page(patient, "Content-Type: application/dicom+json")
    pages = {"/": page(b"<title>Orthanc Explorer</title>"), "/dicom-web/studies?limit=1": found}
    with listening(site(pages)) as server:
        service = ask(server, "http")
    assert service.facts.dicomweb.search_open
    assert "DUPONT" not in repr(service)


def test_an_image_server_without_dicomweb_and_a_site_that_answers_anything_tell_nothing_of_it(ask):
    with listening(site({"/": page(b"<title>Orthanc Explorer</title>")})) as server:
        assert ask(server, "http").facts.dicomweb is None
    with listening(site({}, missing=page(b"<title>Orthanc Explorer</title>"))) as server:
        assert ask(server, "http").facts.dicomweb is None


def test_studies_are_searched_only_where_an_image_server_was_recognised(ask):
    with listening(site({"/": page(b"<title>Bienvenue</title>")})) as server:
        service = ask(server, "http")
    assert all(b"dicom" not in raw.asked for raw in service.raw)
