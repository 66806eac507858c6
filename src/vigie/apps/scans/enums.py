from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class CampaignState(TextChoices):
    RUNNING = "running", _("running")
    PAUSED = "paused", _("paused")
    HELD = "held", _("held for a person")
    FINISHED = "finished", _("finished")
    STOPPED = "stopped", _("stopped")


class ShardState(TextChoices):
    WAITING = "waiting", _("waiting")
    DONE = "done", _("done")
    STOPPED = "stopped", _("stopped")
    FAILED = "failed", _("failed")
