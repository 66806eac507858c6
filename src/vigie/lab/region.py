"""Write the region as the files that the ordinary import reads: registry, groups, perimeter, mandates."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook

from .plan import EDITION, MANDATES_FROM, MANDATES_UNTIL, Establishment, Plan, Site
from .towns import DEPARTMENTS, LEGAL_STATUS, REGION_NAME, plain

EDITION_NUMBER = 1
_EPSG = "1,ATLASANTE,96,BAN,EPSG:2154 RGF93 / Lambert-93 (Métropole)"
_GROUP_COLUMNS = (
    "REGION", "DENOMINATION GHT", "CODE GHT", "FINESS", "CATEGORIE",
    "DENOMINATION ETABLISSEMENT", "COMMUNE", "CODE POSTAL", "TYPE", "TYPE",
)  # fmt: skip
# The ministry's list has no such column: our import reads it, for groups that are no GHT.
_GROUP_TYPES = {"ght": "GHT", "private": "PRIVE", "other": "AUTRE"}
_ASSET_COLUMNS = ("finess", "kind", "value", "label", "exchanges_care_data")
_MANDATE_COLUMNS = (
    "finess", "kind", "signatory", "basis", "from", "until", "intensity",
    "windows", "exclusions", "excluded_ports", "allow_mllp_frame",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RegionFiles:
    entities: Path  # structureej
    sites: Path  # structureet, then geolocalisation
    groups: Path
    perimeter: Path
    mandates: Path


def write(folder: Path, plan: Plan) -> RegionFiles:
    """Write the five files, replacing those of an earlier call; the folder is made when it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    files = RegionFiles(
        folder / "finess_structureej.csv",
        folder / "finess_structureet.csv",
        folder / "groupes.xlsx",
        folder / "perimetre.csv",
        folder / "mandats.csv",
    )
    stamp = ("finess", "etalab", EDITION_NUMBER, EDITION.isoformat())
    owners = plan.establishments
    _write_csv(files.entities, [stamp, *(_entity(owner) for owner in owners)])
    places = [(owner, site) for owner in owners for site in owner.sites]
    sites = [_site(owner, site) for owner, site in places]
    _write_csv(files.sites, [stamp, *sites, *(_position(site) for _, site in places)])
    _write_groups(files.groups, owners)
    _write_csv(files.perimeter, [_ASSET_COLUMNS, *(row for owner in owners for row in _assets(owner))])
    _write_csv(files.mandates, [_MANDATE_COLUMNS, *(row for owner in owners for row in _mandates(owner))])
    return files


def _write_csv(path: Path, rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, delimiter=";", lineterminator="\n").writerows(rows)


def _town(owner: Establishment) -> str:
    return plain(owner.town).upper().replace("-", " ")


def _entity(owner: Establishment) -> tuple[str, ...]:
    name = plain(owner.name).upper()
    status, status_label = LEGAL_STATUS[owner.kind.sector]
    department = plain(DEPARTMENTS[owner.department]).upper().replace("-", " ")
    return (
        "structureej", owner.finess, name[:38], owner.name, "", "1", "R", "DE L EXEMPLE", "", "", "", "960",
        f"{owner.postal_code} {_town(owner)}", owner.department, department, owner.telephone, status, status_label,
        owner.kind.category, owner.kind.label, owner.siren, "8610Z", "1970-01-01",
    )  # fmt: skip


def _site(owner: Establishment, site: Site) -> tuple[str, ...]:
    name = plain(site.name).upper()
    kind, public = owner.kind, owner.kind.sector == "public"
    department = plain(DEPARTMENTS[owner.department]).upper().replace("-", " ")
    part = ("1", "Etablissement public de santé") if public else ("0", "Non concerné")
    return (
        "structureet", site.finess, owner.finess, name[:38], site.name, "", "", "1", "R", "DE L EXEMPLE", "", "",
        "960", owner.department, department, f"{owner.postal_code} {_town(owner)}", owner.telephone, "",
        kind.category, kind.label, kind.aggregate, kind.aggregate_label, site.siret, "8610Z",
        "03", "ARS établissements Publics de santé dotation globale", *part,
        "1970-03-01", "", EDITION.isoformat(), "",
    )  # fmt: skip


def _position(site: Site) -> tuple[str, ...]:
    return (
        "geolocalisation", site.finess, f"{site.easting}.0", f"{site.northing}.0", _EPSG, EDITION.isoformat()
    )  # fmt: skip


def _write_groups(path: Path, owners: Iterable[Establishment]) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # a new workbook has one
    sheet.title = "GHT"
    sheet.append(_GROUP_COLUMNS)
    for owner in owners:
        if owner.group is not None:
            place = (owner.name, owner.town, owner.postal_code, _GROUP_TYPES[owner.group.kind])
            row = (REGION_NAME, owner.group.name, owner.group.code, owner.finess, owner.kind.category, *place)
            sheet.append(row)
    book.save(path)


def _assets(owner: Establishment) -> Iterator[tuple[str, ...]]:
    if owner.declared_range:
        yield (owner.finess, "range", owner.declared_range, "Plage de l'établissement", "false")
    for host in owner.hosts:
        care = "true" if host.care_data else "false"
        if not owner.declared_range:
            yield (owner.finess, "address", host.address, host.label, care)
        if host.name:
            yield (owner.finess, "domain", host.name, host.label, care)
    for name in (*owner.dead_names, *owner.outside_names):
        yield (owner.finess, "domain", name, "Ancien site", "false")


def _mandates(owner: Establishment) -> Iterator[tuple[str, ...]]:
    mandate = owner.mandate
    if mandate is None:
        return
    yield (
        owner.finess, "laboratory", mandate.signatory, "laboratory",
        MANDATES_FROM.isoformat(), MANDATES_UNTIL.isoformat(), mandate.intensity, "",
        ",".join(mandate.exclusions), ",".join(map(str, mandate.excluded_ports)),
        "true" if mandate.allow_mllp_frame else "false",
    )  # fmt: skip
