"""Would this image server let a stranger search its studies by DICOMweb? The head of the answer alone is read."""

from collections.abc import Iterable

from vigie.engine.facts import Identity
from vigie.engine.facts_of_web import DicomWebFacts

from .http import Headers, HttpAnswer

HEADERS: Headers = (("Accept", "application/dicom+json"),)
# One study at most is searched for, and the answer is closed after its head (PS3.18 10.6).
SEARCH = "/studies?limit=1"
#   product -> where it serves DICOMweb as it is installed (documentation of the Orthanc plug-in, of dcm4chee-arc-light)
ROOTS = {
    ("orthanc-server", "orthanc"): "/dicom-web",
    ("dcm4che", "dcm4chee-arc-light"): "/dcm4chee-arc/aets/DCM4CHEE/rs",
}


def path_for(identities: Iterable[Identity]) -> str | None:
    """Where a search would be asked; None of what is not known to serve any."""
    known = (ROOTS.get((identity.vendor, identity.product)) for identity in identities)
    root = next((root for root in known if root), None)
    return root + SEARCH if root else None


def facts_of(answer: HttpAnswer) -> DicomWebFacts | None:
    """None where DICOMweb is not served at all."""
    kind = (answer.header("content-type") or "").lower()
    if answer.status in {401, 403}:
        return DicomWebFacts(answer.path, False)
    if answer.status == 204 or (answer.status in {200, 206} and "dicom+json" in kind):
        return DicomWebFacts(answer.path, True)
    return DicomWebFacts(answer.path, None) if answer.status >= 500 else None
