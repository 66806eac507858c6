from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SubjectKind(TextChoices):
    ESTABLISHMENT = "establishment", _("establishment")
    GROUP = "group", _("group")
    TERRITORY = "territory", _("territory")


class Letter(TextChoices):
    A = "A", "A"
    B = "B", "B"
    C = "C", "C"
    D = "D", "D"
    E = "E", "E"
    NOT_ESTABLISHED = "", _("not established")
