"""Register an establishment that nobody declared anything of, and print how its officer and its director get in."""

import json
import sys
from datetime import UTC, datetime

from vigie.cli.runtime import django_ready

FINESS = "990000002"


def main() -> None:
    django_ready()
    from vigie.apps.accounts import actions
    from vigie.apps.notices import actions as notices
    from vigie.apps.registry.models import Establishment

    now = datetime.now(UTC)
    beside = Establishment.objects.exclude(department=None).order_by("pk")[0]
    one = Establishment.objects.create(finess=FINESS, name="Hôpital du Nouveau-Pont", department=beside.department)
    contact = notices.declare_contact(
        owner=one, role="director", name="Dominique Exemple", email="direction@nouveau.example", telephone="",
        by="test", now=now,
    )  # fmt: skip
    notices.confirm_contact(contact=contact, by=f"contact:{contact.pk} Dominique Exemple", now=now)
    links = {}
    for kind in ("establishment_officer", "establishment_director"):
        _, links[kind] = actions.invite(
            email=f"{kind}@nouveau.example", name="", kind=kind, over=one, until=None, by="test", now=now
        )
    json.dump(links, sys.stdout)


if __name__ == "__main__":
    main()
