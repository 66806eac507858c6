"""Valombre: a region, its towns and its establishments, with names that nobody bears."""

import unicodedata
from dataclasses import dataclass

REGION_CODE = "X1"
REGION_NAME = "Valombre"
#   code of the department -> its name
DEPARTMENTS = {"X1": "Haute-Valombre", "X2": "Valombre-Maritime", "X3": "Basse-Valombre"}

# Each was looked for in public sources: no commune has it. Postal codes of 00 exist nowhere.
TOWNS = {
    "X1": ("Corbelance", "Mirefontaine", "Rochambrune", "Montrelune", "Puylormel", "Combrelune", "Saint-Elvane"),
    "X2": ("Port-Ambrel", "Havrelune", "Aigrevent", "Orsevande", "Sainte-Olmérie", "Sourdevigne"),
    "X3": ("Vaubrisac", "Castelvaire", "Chantelorme", "Fontaublet", "Lunessac", "Ternolles", "Malvergnes"),
}


@dataclass(frozen=True, slots=True)
class EstablishmentKind:
    """A FINESS category, how such an establishment is called, and who holds it."""

    slug: str
    category: str
    label: str
    aggregate: str
    aggregate_label: str
    name: str  # with {town}
    sector: str  # public, private, association
    size: int  # usual number of hosts that it shows to the internet


_CH = ("1102", "Centres Hospitaliers")
_SSR = ("1107", "Etablissements de soins de suite et de réadaptation")
_SHORT = ("1110", "Etablissements de soins de courte durée")

CHR = EstablishmentKind(
    "chr", "101", "Centre Hospitalier Régional (C.H.R.)", "1101", "Centres Hospitaliers Régionaux",
    "Centre hospitalier régional de {town}", "public", 8,
)  # fmt: skip
CH = EstablishmentKind(
    "ch", "355", "Centre Hospitalier (C.H.)", *_CH, "Centre hospitalier de {town}", "public", 4
)  # fmt: skip
LOCAL = EstablishmentKind(
    "hl", "106", "Centre hospitalier, ex Hôpital local", "1106", "Centres hospitaliers, ex Hôpitaux locaux",
    "Hôpital de proximité de {town}", "public", 2,
)  # fmt: skip
PSYCHIATRY = EstablishmentKind(
    "chs", "292", "Centre Hospitalier Spécialisé lutte Maladies Mentales", "1103",
    "Centres hospitaliers spécialisés lutte contre les maladies mentales",
    "Centre hospitalier spécialisé de {town}", "public", 4,
)  # fmt: skip
CLINIC = EstablishmentKind(
    "clinique", "365", "Etablissement de Soins Pluridisciplinaire", *_SHORT, "Clinique de {town}", "private", 4
)  # fmt: skip
SURGERY = EstablishmentKind(
    "chirurgie", "128", "Etablissement de Soins Chirurgicaux", *_SHORT,
    "Clinique chirurgicale de {town}", "private", 3,
)  # fmt: skip
FOLLOW_UP = EstablishmentKind(
    "readaptation", "109", "Etablissement de santé privé autorisé en SSR", *_SSR,
    "Centre de réadaptation de {town}", "association", 3,
)  # fmt: skip
HOME_CARE = EstablishmentKind(
    "had", "127", "Hospitalisation à Domicile", "1107", "Hospitalisation à domicile",
    "Hospitalisation à domicile de {town}", "association", 2,
)  # fmt: skip
LONG_STAY = EstablishmentKind(
    "usld", "362", "Etablissement de Soins Longue Durée", "1109", "Etablissements de Soins de Longue Durée",
    "Soins de longue durée de {town}", "public", 2,
)  # fmt: skip

#   kinds met in a town, in turn: 20 towns of three legal entities
MIXES = (
    (CH, CLINIC, FOLLOW_UP),
    (CH, CLINIC, HOME_CARE),
    (CH, PSYCHIATRY, SURGERY),
    (CH, CLINIC, LONG_STAY),
    (LOCAL, CLINIC, FOLLOW_UP),
)

#   sector -> legal status code, its label
LEGAL_STATUS = {
    "public": ("13", "Etablissement Public Communal d'Hospitalisation"),
    "private": ("95", "Société par Actions Simplifiée (S.A.S.)"),
    "association": ("60", "Association Loi 1901 non Reconnue d'Utilité Publique"),
}


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    name: str
    kind: str  # ght, private, other


GROUPS = (
    Group("X1-01", "GHT de la Haute-Valombre", "ght"),
    Group("X1-02", "GHT de la Valombre-Maritime", "ght"),
    Group("X1-03", "GHT de la Basse-Valombre", "ght"),
    Group("X1-P1", "Cliniques réunies d'Orsevande", "private"),
    Group("X1-A1", "Réadaptation et domicile en Valombre", "other"),
)


def plain(text: str) -> str:
    """Without accents: what FINESS short names and host names hold."""
    kept = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in kept if not unicodedata.combining(letter))


def slug(text: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in plain(text).lower()).split())
