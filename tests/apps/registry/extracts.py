"""Small invented FINESS extracts, SAE files and lists of groups."""

from datetime import date
from pathlib import Path
from zlib import crc32

from tests.factories import luhn_finess

MARCH, JUNE, SEPTEMBER = date(2026, 3, 1), date(2026, 6, 1), date(2026, 9, 1)


def entity(number: int) -> str:
    return luhn_finess(number)


def site(number: int) -> str:
    return luhn_finess(500_000 + number)


def site_line(
    number: int,
    owner: int = 1,
    name: str = "",
    category: str = "355",
    department: str = "01",
    siret: str = "",
    opened: str = "1970-03-01",
) -> str:
    name = name or f"CLINIQUE DE VALMORNE {number}"
    return (
        f"structureet;{site(number)};{entity(owner)};{name};;;;1;R;DES ESSAIS;;;960;{department};DEPT;"
        f"01999 VALMORNE;0465711200;;{category};Centre Hospitalier;1102;Centres Hospitaliers;{siret};8610Z;03;ARS;"
        f"1;Public;{opened};;2026-01-02;"
    )


def entity_line(number: int, name: str = "", category: str = "355", department: str = "01", status: str = "13") -> str:
    name = name or f"ASSOCIATION DE VALMORNE {number}"
    return (
        f"structureej;{entity(number)};{name};;;1;R;DES ESSAIS;;;;960;01999 VALMORNE;{department};AIN;0465711200;"
        f"{status};Public;{category};Centre Hospitalier;000501007;8610Z;1962-01-15"
    )


def position_line(number: int, easting: str = "870000.0", system: str = "EPSG:2154 RGF93") -> str:
    return f"geolocalisation;{site(number)};{easting};6570000.0;1,ATLASANTE,71,BAN,{system};2026-01-05"


def extract(folder: Path, day: date, *lines: str, encoding: str = "utf-8", name: str = "") -> Path:
    path = folder / (name or f"finess-{day}-{crc32(chr(10).join(lines).encode())}.csv")
    text = "\n".join([f"finess;etalab;{day:%y%m};{day}", *lines, ""])
    path.write_bytes(text.encode(encoding))
    return path


GROUP_HEADER = "REGION;DENOMINATION GHT;CODE GHT;FINESS;CATEGORIE;DENOMINATION ETABLISSEMENT;COMMUNE;CODE POSTAL"


def group_line(
    number: int, code: str = "ARA-90", region: str = "AUVERGNE-RHONE-ALPES", name: str = "GHT DES ESSAIS"
) -> str:
    return f"{region};{name};{code};{entity(number)};CH;CH DE VALMORNE {number};VALMORNE;01999"


def group_list(folder: Path, *lines: str, name: str = "groups.csv", header: str = GROUP_HEADER) -> Path:
    path = folder / name
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return path


CAPACITY_HEADER = "BOR;AN;FI;RS;FI_EJ;LIT_MED;LIT_MCO;PLA_MCO"


def capacity_line(number: int, beds: object, places: object = "", year: int = 2023) -> str:
    return f"MCO;{year};{site(number)};CLINIQUE DE VALMORNE;{entity(1)};1;{beds};{places}"


def capacity_file(folder: Path, *lines: str, name: str = "mco.csv", header: str = CAPACITY_HEADER) -> Path:
    path = folder / name
    path.write_bytes("\n".join([header, *lines, ""]).encode("cp1252"))
    return path


SAE_HEADER = "an;fi;rs;rscom;fi_ej;cat;sir;dep;CPO;LIBCOM"


def sae_file(folder: Path, *lines: str) -> Path:
    path = folder / "sae.csv"
    path.write_bytes("\n".join([SAE_HEADER, *lines, ""]).encode("cp1252"))
    return path


def sae_line(
    number: int, owner: int, name: str = "HÔPITAL DE VALMORNE", department: str = "01", siret: str = ""
) -> str:
    return f"2023;{site(number)};{name};;{entity(owner)};355;{siret};{department};01999;VALMORNE"
