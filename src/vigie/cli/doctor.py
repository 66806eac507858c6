"""vigie doctor: what is missing or wrong here, and what to do."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from .runtime import FAILED, django_ready, end, print_json_lines, say


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per remark.")] = False,
) -> None:
    """Examine this installation: its folder, database, people, workers, keys, provider of identities, translations.

    Exit code 0 when it can work, 1 when something must be mended first.

    Examples:

        vigie doctor

        vigie doctor --json
    """
    django_ready(database=False)
    from django.conf import settings

    from vigie.config.readiness import Health, examine

    remarks = list(examine(settings.VIGIE.home, datetime.now(UTC)))
    if as_json:
        print_json_lines(asdict(remark) for remark in remarks)
    else:
        marks = {Health.GOOD: "ok     ", Health.WARNING: "warning", Health.BAD: "MISSING"}
        for remark in remarks:
            say(f"{marks[remark.health]}  {remark.subject:<13} {remark.sentence}")
            if remark.remedy:
                say(f"{'':9}{'':<14}→ {remark.remedy}")
    if any(remark.health is Health.BAD for remark in remarks):
        end("This installation cannot work as it is: mend what is marked MISSING, from the top.", FAILED)
