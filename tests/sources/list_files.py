"""Small lists of invented publishers: news (RSS), descriptions of publishers of CSAF and what they list; a CVRF."""

import hashlib
import json
from typing import Any

CVRF = "http://docs.oasis-open.org/csaf/ns/csaf-cvrf/v1.2"


def rss(*items: tuple[str, str], day: str = "Mon, 23 Nov 2026 08:00:00 +0000") -> str:
    """`items` are (address, what is said of it)."""
    told = "".join(
        f"<item><title>Une faiblesse inventée</title><link>{link}</link>"
        f"<description><![CDATA[<p>{text}</p>]]></description><pubDate>{day}</pubDate></item>"
        for link, text in items
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>Avis</title>{told}</channel></rss>'
    )


def provider(*feeds: str, folder: str = "") -> str:
    places: list[dict[str, Any]] = []
    if feeds:
        places.append({"rolie": {"feeds": [{"url": url, "tlp_label": "WHITE", "summary": "All"} for url in feeds]}})
    if folder:
        places.append({"directory_url": folder})
    return json.dumps(
        {
            "canonical_url": "https://www.example.org/.well-known/csaf/provider-metadata.json",
            "distributions": places,
            "metadata_version": "2.0",
            "publisher": {"category": "vendor", "name": "Valmed", "namespace": "https://www.example.org"},
            "role": "csaf_trusted_provider",
        }
    )


def rolie(*entries: tuple[str, str], hashed: str = "sha512") -> str:
    """`entries` are (address, updated); `hashed` is the ending of the file of the hash, "" for none."""
    return json.dumps(
        {
            "feed": {
                "id": "valmed-tlp-white",
                "entry": [
                    {
                        "id": url.rsplit("/", 1)[-1],
                        "updated": updated,
                        "link": [{"rel": "self", "href": url}]
                        + ([{"rel": "hash", "href": f"{url}.{hashed}"}] if hashed else []),
                        "content": {"type": "application/json", "src": url},
                    }
                    for url, updated in entries
                ],
            }
        }
    )


def sidecar(content: str, name: str = "a.json", kind: str = "sha512") -> str:
    return f"{hashlib.new(kind, content.encode()).hexdigest()}  {name}\n"


def cvrf_xml(
    *releases: str, cve: str = "CVE-2099-0001", advisory: str = "FG-IR-99-001", title: str = "A", notes: str = ""
) -> str:
    products = "".join(f"<ProductID>{one}</ProductID>" for one in releases or ("FortiOS-7.0.0", "FortiOS-7.0.1"))
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<cvrfdoc xmlns="{CVRF}/cvrf">'
        f"<DocumentTitle>{title}</DocumentTitle>"
        f"<DocumentTracking><Identification><ID>{advisory}</ID></Identification>"
        "<InitialReleaseDate>2099-01-01T00:00:00</InitialReleaseDate></DocumentTracking>"
        f'<DocumentNotes><Note Title="Solutions" Ordinal="1">{notes}</Note></DocumentNotes>'
        f'<Vulnerability xmlns="{CVRF}/vuln" Ordinal="1"><CVE>{cve}</CVE>'
        f'<ProductStatuses><Status Type="Known Affected">{products}</Status></ProductStatuses>'
        "<CVSSScoreSets><ScoreSetV3><BaseScoreV3>9.6</BaseScoreV3><VectorV3>CVSS:3.1/AV:N/E:F</VectorV3></ScoreSetV3>"
        "</CVSSScoreSets></Vulnerability></cvrfdoc>"
    )


def cycles(slug: str = "fortios", *lines: dict[str, Any]) -> str:
    line = {"name": "7.0", "releaseDate": "2021-03-30", "isEoas": True, "eoasFrom": "2024-03-30", "isEol": True}
    line |= {"eolFrom": "2025-09-30", "isEoes": None, "eoesFrom": None, "latest": {"name": "7.0.17", "date": None}}
    told = {"name": slug, "label": slug, "releases": [line | one for one in lines or ({},)]}
    return json.dumps({"schema_version": "1.2.1", "generated_at": "2026-11-23T00:00:00+00:00", "result": told})
