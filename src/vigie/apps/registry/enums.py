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
    CONTACTS = "contacts", _("contacts")
    INCIDENTS = "incidents", _("past declarations of incidents")
    CERTIFICATE_LOG = "certificate_log", _("export of certificate transparency")
    LEAKS = "leaks", _("leaks of credentials or code")


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
    DECLARE_INCIDENT = "declare_incident", _("to declare incidents")
    INCIDENTS = "incidents", _("incidents and declarations")
    INCIDENT_SUMMARIES = "incident_summaries", _("outline of the incidents that touch care")
    HANDLE_INCIDENTS = "handle_incidents", _("to qualify incidents and to help")
    INCIDENT_FIGURES = "incident_figures", _("yearly figures of declared incidents")
    NOTES = "notes", _("notes of the analysts")
    PEOPLE = "people", _("to invite people and give roles")
    PROVIDERS = "providers", _("to name the providers of an establishment")
    TRAIL = "trail", _("who read or changed what")
