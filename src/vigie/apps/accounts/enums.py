from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RoleKind(TextChoices):
    ESTABLISHMENT_OFFICER = "establishment_officer", _("security officer of an establishment")
    ESTABLISHMENT_DIRECTOR = "establishment_director", _("director of an establishment")
    GROUP_OFFICER = "group_officer", _("security officer of a group")
    REGIONAL_AGENCY = "regional_agency", _("regional health agency (ARS)")
    NATIONAL_ANALYST = "national_analyst", _("national analyst")
    DUTY_MANAGER = "duty_manager", _("duty manager")
    STATISTICIAN = "statistician", _("statistician")
    FUNDER = "funder", _("funder")
    ANSSI_LIAISON = "anssi_liaison", _("ANSSI liaison")
    PROVIDER = "provider", _("service provider or regional digital agency")
    AUDITOR = "auditor", _("auditor")
    TECHNICAL_ADMINISTRATOR = "technical_administrator", _("technical administrator")


class ScopeKind(TextChoices):
    ESTABLISHMENT = "establishment", _("establishment")
    GROUP = "group", _("group")
    TERRITORY = "territory", _("territory")
    NATION = "nation", _("nation")


class ProofKind(TextChoices):
    APPLICATION = "application", _("application that shows codes")
    PASSKEY = "passkey", _("passkey")
    PAPER = "paper", _("codes on paper")


class TokenScope(TextChoices):
    """What a token allows, within what its owner may do."""

    READ = "read", _("to read")
    ACT = "act", _("to read and to act")
