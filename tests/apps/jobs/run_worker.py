"""The worker of either backend, with a lease short enough for a test: `run_worker LANES LEASE GRACE JOBS`."""

import json
import os
import signal
import sys
from datetime import datetime, timedelta

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.utils import timezone  # noqa: E402

from vigie.apps.jobs import actions  # noqa: E402
from vigie.config.bell import Bell  # noqa: E402

lanes = int(sys.argv[1])
lease, grace = (timedelta(seconds=float(seconds)) for seconds in sys.argv[2:4])
task, arguments = json.loads(sys.argv[4]) or ("", [])
for kwargs in arguments:
    if "run_after" in kwargs:
        kwargs["run_after"] = datetime.fromisoformat(kwargs["run_after"])
    actions.enqueue(f"tests.apps.jobs.sample_tasks.{task}", now=timezone.now(), **kwargs)

if settings.VIGIE.broker_url:
    from vigie.config.celery import CeleryWorker

    raise SystemExit(CeleryWorker(lanes=lanes, lease=lease, grace=grace).work())

from vigie.apps.jobs.worker import EmbeddedWorker  # noqa: E402

worker = EmbeddedWorker(lanes=lanes, clock=timezone.now, lease=lease, grace=grace)
signal.signal(signal.SIGTERM, Bell(worker.stop).ring)
if not worker.work():
    os._exit(0)  # as the command does
