"""Two years of the sector with the totals that were published, and everything else drawn.

This proves that the tables count right, not that the history was so: of each year only the totals are known. They are
those of the observatory of declared incidents of 2019 and 2020 (ANS); what was not published is drawn from a seed.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

HEADS = ("N° de signalement", "Déclaré le", "Constaté le", "Pris en compte le", "Rétabli le", "FINESS", "Structure",
         "Description", "Type", "Origine", "Prise en charge", "Durée (h)", "Mise en danger", "Perte de données",
         "Atteinte à l'intégrité", "Divulgation", "Demande d'accompagnement", "Appui (min)", "Prestataire")  # fmt: skip
MALICIOUS = ("Rançongiciel", "Hameçonnage", "Compte compromis")
OTHERS = (("Perte de lien télécom", "Opérateur"), ("Dysfonctionnement de l'infrastructure", "Panne"),
          ("Bug applicatif", "Logiciel"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Published:
    """Counts; those that were given in percent are the whole numbers that make them."""

    year: int
    incidents: int
    structures: int
    malicious: int
    degraded: int
    potential: int = 0
    proven: int = 0
    data_loss: int = 0
    data_integrity: int = 0
    data_disclosure: int = 0
    asked_for_help: int = 0


IN_2019 = Published(2019, 392, 300, malicious=169, degraded=157)  # 43 %; 40 %, as 2020 is five points above
IN_2020 = Published(2020, 369, 250, malicious=221, degraded=166, potential=32, proven=2, data_loss=146,
                    data_integrity=21, data_disclosure=60, asked_for_help=90)  # 60 %, 45 %  # fmt: skip


def written(told: Published, finess: list[str]) -> str:
    """A CSV of the year, as tests/samples/incidents/signalements.yaml maps it; `finess` are at least its structures."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(HEADS)
    writer.writerows(_rows(told, finess, Random(told.year)))
    return out.getvalue()


def _rows(told: Published, finess: list[str], drawn: Random) -> Iterator[tuple[str, ...]]:
    # Each structure at least once; who declares again is drawn.
    structures = finess[: told.structures] + drawn.choices(
        finess[: told.structures], k=told.incidents - told.structures
    )
    drawn.shuffle(structures)
    chosen = {
        name: set(drawn.sample(range(told.incidents), getattr(told, name)))
        for name in ("malicious", "degraded", "data_loss", "data_integrity", "data_disclosure", "asked_for_help")
    }
    dangers = dict.fromkeys(drawn.sample(range(told.incidents), told.potential + told.proven), "Potentielle")
    dangers |= dict.fromkeys(drawn.sample(sorted(dangers), told.proven), "Avérée")
    for number, structure in enumerate(structures):
        found = datetime(told.year, 1, 1, 6, tzinfo=UTC) + timedelta(minutes=drawn.randrange(364 * 24 * 60))
        declared = found + timedelta(minutes=drawn.randrange(1, 20 * 60))
        kind, cause = (
            (drawn.choice(MALICIOUS), "Malveillance") if number in chosen["malicious"] else drawn.choice(OTHERS)
        )
        yes = {name: "oui" if number in among else "non" for name, among in chosen.items()}
        yield (
            f"{told.year}-{number:04d}", _moment(declared), _moment(found),
            _moment(declared + timedelta(minutes=drawn.randrange(5, 300))), "", structure, "", "Inventé.", kind, cause,
            "Mode dégradé" if number in chosen["degraded"] else "Normale", "", dangers.get(number, "Aucune"),
            yes["data_loss"], yes["data_integrity"], yes["data_disclosure"], yes["asked_for_help"], "", "",
        )  # fmt: skip


def _moment(value: datetime) -> str:
    return value.isoformat()
