"""Entry points of the workers for the vault."""

from dataclasses import asdict

from django_tasks import task

from vigie.apps.jobs.actions import Interrupted, current_job

from .actions import Progress, reencrypt_batch
from .queries import encrypted_columns


@task()
def reencrypt() -> dict[str, int]:
    """Bring everything to the current key; killed at any moment, it goes on with what is left."""
    progress, job = Progress(), current_job()
    for column in encrypted_columns():
        after: int | None = 0
        while after is not None:
            if job is not None and job.stop.is_set():
                raise Interrupted
            after = reencrypt_batch(column, after, progress)
    return asdict(progress)
