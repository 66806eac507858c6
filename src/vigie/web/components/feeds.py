"""How fresh the sources of vulnerabilities are, for the pages."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vigie.apps.vulns.enums import FeedState
from vigie.apps.vulns.queries import FeedStatus, feed_status

NAMES: dict[str, Promise] = {
    "starter": _("Starter catalogue of Vigie"),
    "nvd": _("National Vulnerability Database (NVD)"),
    "cve5": _("CVE list, with CISA's additions"),
    "csaf": _("Advisories of vendors (CSAF)"),
    "cvrf": _("Advisories of Fortinet (CVRF)"),
    "cert_fr": _("Avis and alertes of CERT-FR"),
    "kev": _("Known to be exploited (CISA KEV)"),
    "epss": _("Probability of exploitation (EPSS)"),
    "endoflife": _("Ends of support (endoflife.date)"),
}


@dataclass(frozen=True)
class Feeds:
    """What every page about them says first."""

    statuses: tuple[FeedStatus, ...]
    place: str  # "network", "off", or the folder of a mirror

    @classmethod
    def of(cls, now: datetime) -> "Feeds":
        return cls(feed_status(now), settings.VIGIE.feeds)

    @cached_property
    def fetched(self) -> tuple[FeedStatus, ...]:
        """Without the catalogue that ships with Vigie."""
        return tuple(one for one in self.statuses if one.expected_within is not None)

    @cached_property
    def alerts(self) -> tuple[FeedStatus, ...]:
        """Those that are not as fresh as they should be, while something is expected of them at all."""
        return () if self.is_off else tuple(one for one in self.fetched if one.is_alert)

    @property
    def is_off(self) -> bool:
        return self.place == "off"

    @property
    def is_network(self) -> bool:
        return self.place == "network"

    @cached_property
    def behind(self) -> tuple[FeedStatus, ...]:
        return tuple(one for one in self.fetched if one.state == FeedState.BEHIND)

    @cached_property
    def rows(self) -> list[tuple[Promise | str, FeedStatus]]:
        return [(NAMES.get(one.slug, one.slug), one) for one in self.statuses]
