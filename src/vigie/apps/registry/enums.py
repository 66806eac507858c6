from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class TerritoryKind(TextChoices):
    NATION = "nation", _("nation")
    REGION = "region", _("region")
    DEPARTMENT = "department", _("department")


class GroupKind(TextChoices):
    GHT = "ght", _("territorial hospital group (GHT)")
    PRIVATE = "private", _("private group")
    OTHER = "other", _("other group")


class ImportKind(TextChoices):
    FINESS = "finess", _("FINESS extract")
    SAE = "sae", _("SAE survey")
    GROUPS = "groups", _("list of hospital groups")
    PERIMETER = "perimeter", _("perimeters and mandates")
    SCANNER = "scanner", _("report of another tool")


class ImportState(TextChoices):
    APPLIED = "applied", _("applied")
    UNCHANGED = "unchanged", _("nothing new")
    REFUSED = "refused", _("refused")
