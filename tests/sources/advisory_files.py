"""Small advisories of invented vendors, made here, in each format that is read."""

import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any


def cve5(identifier: str = "CVE-2099-0001", *affected: dict[str, Any], added: Any = (), **more: Any) -> dict[str, Any]:
    return {
        "dataType": "CVE_RECORD",
        "cveMetadata": {"cveId": identifier, "state": "PUBLISHED", "datePublished": "2099-01-01T00:00:00.000Z"} | more,
        "containers": {
            "cna": {
                "affected": list(affected) or [product(version("1.0", lessThan="2.0"))],
                "descriptions": [{"lang": "en", "value": "A weakness of an invented portal."}],
                "references": [{"url": "https://example.org/advisory"}],
                "metrics": [{"cvssV3_1": {"baseScore": 8.1, "vectorString": "CVSS:3.1/AV:N"}}],
            },
            "adp": [{"affected": list(added), "providerMetadata": {"shortName": "CISA-ADP"}}],
        },
    }


def product(*versions: dict[str, Any], vendor: str = "Valmed", name: str = "Portal", **more: Any) -> dict[str, Any]:
    return {"vendor": vendor, "product": name, "versions": list(versions), **more}


def version(text: str, status: str = "affected", **more: Any) -> dict[str, Any]:
    return {"version": text, "status": status, **more}


def cert_fr(
    *lines: str, cves: tuple[str, ...] = ("CVE-2099-0001",), name: str = "Portal", **more: Any
) -> dict[str, Any]:
    systems = [
        {"description": line, "product": {"name": name, "vendor": {"name": "Valmed", "scada": False}}}
        for line in lines or ("Portal versions 2.x antérieures à 2.4",)
    ]
    return {
        "affected_systems": systems,
        "cves": [{"name": cve, "url": ""} for cve in cves],
        "reference": "CERTFR-2099-AVI-0001",
        "revisions": [{"description": "Version initiale", "revision_date": "2099-01-02T00:00:00.000000"}],
        "title": "Vulnérabilité dans Valmed Portal",
    } | more


def csaf(*ranges: tuple[str, str, str], status: dict[str, list[str]] | None = None, **more: Any) -> dict[str, Any]:
    """`ranges` are (identifier, category of its branch, name of its branch) of one product."""
    leaves = ranges or (("P1", "product_version_range", "vers:generic/<2.4"),)
    branches = [
        {"category": category, "name": name, "product": {"product_id": identifier, "name": f"Portal {name}"}}
        for identifier, category, name in leaves
    ]
    tree = {"category": "product_name", "name": "Portal", "branches": branches}
    return {
        "document": {
            "csaf_version": "2.0",
            "publisher": {"category": "vendor", "name": "Valmed"},
            "tracking": {"id": "VALMED-2099-1", "initial_release_date": "2099-01-01T00:00:00Z"},
        },
        "product_tree": {"branches": [{"category": "vendor", "name": "Valmed", "branches": [tree]}]},
        "vulnerabilities": [
            {
                "cve": "CVE-2099-0001",
                "product_status": status or {"known_affected": [leaf[0] for leaf in leaves]},
                "scores": [{"cvss_v3": {"baseScore": 9.8, "vectorString": "CVSS:3.1/AV:N"}, "products": []}],
            }
        ],
    } | more


def cvrf(*releases: str, cve: Any = ("CVE-2099-0001",), solutions: str = "", affected: str = "") -> dict[str, Any]:
    names = list(releases or ("FortiOS-7.0.0", "FortiOS-7.0.1", "FortiOS-7.0.2", "FortiOS-7.2.0"))
    return {
        "document_title": "An invented advisory",
        "documenttracking": {"identification": {"id": "FG-IR-99-001"}, "initial_release_date": "2099-01-01T00:00:00"},
        "documentnotes": {
            "note": [{"title": "Solutions", "text": solutions}, {"title": "Affected Products", "text": affected}]
        },
        "vulnerability": {
            "cve": list(cve) if cve else None,
            "product_statuses": {"status": {"type": "Known Affected", "product_id": names} if names != [""] else {}},
            "cvss_scoresets": {"scoreset_v3": {"base_score_v3": "9.6", "vector_v3": "CVSS:3.1/AV:N/E:F"}},
        },
    }


def endoflife(**changes: Any) -> dict[str, Any]:
    line = {"name": "7.0", "releaseDate": "2021-03-30", "eoas": "2024-03-30", "eol": "2025-09-30", "latest": "7.0.17"}
    return {"releases": {"7.0": line | changes}, "versions": {}}


def packed(path: Path, members: dict[str, Any]) -> Path:
    """Write an archive of the kind that its name tells."""
    contents = {
        name: one.encode() if isinstance(one, str) else json.dumps(one).encode() for name, one in members.items()
    }
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in contents.items():
                archive.writestr(name, content)
        return path
    with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as tar:
        for name, content in contents.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return path
