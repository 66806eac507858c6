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


class Right(TextChoices):
    """What a role may see or do within its scope; which role has which is a table in apps/accounts/rights.py."""

    AGGREGATES = "aggregates", _("figures of territories and groups")
    LEVELS = "levels", _("levels of establishments")
    COUNTS = "counts", _("numbers of findings and overdue dates")
    FINDINGS = "findings", _("findings")
    EVIDENCE = "evidence", _("services seen and evidence")
    PERIMETER = "perimeter", _("perimeters and mandates")
    CAMPAIGNS = "campaigns", _("campaigns")
    ACT = "act", _("to act on findings")
    DECLARE = "declare", _("to declare assets")
    GRANT = "grant", _("to record mandates")
    LAUNCH = "launch", _("to start campaigns and to judge them")
    STOP = "stop", _("to stop everything")
    PEOPLE = "people", _("to invite people and give roles")
