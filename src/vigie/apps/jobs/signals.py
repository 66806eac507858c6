"""What the apps above may do beside the upkeep, wired in config."""

from django.dispatch import Signal

# Sent about each second by every worker process, with `now`: for what is too frequent and too light to be a job.
tended = Signal()
