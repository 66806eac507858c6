"""Campaigns and their ledger of shards; looks, raw answers, and the services seen as intervals."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F, Q

from vigie.apps.registry.enums import Right
from vigie.apps.registry.models import Establishment
from vigie.apps.registry.scopes import Viewer, of_establishments
from vigie.apps.vault.fields import EncryptedField
from vigie.apps.vulns.models import Pair
from vigie.data.care import care_rule

from .enums import CampaignState, ShardState

ROUND = Q(only_address=None, only_domain="")


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def running(self) -> Self:
        return self.filter(state=CampaignState.RUNNING)

    def visible_to(self, user: Viewer, now: datetime) -> Self:
        """A campaign names establishments of everywhere: all of them, or none."""
        return self if user.scope(Right.CAMPAIGNS, now).nation else self.none()

    def rounds(self) -> Self:
        """Looks at whole establishments: what is meant by "campaigns". A retest is one look at one port or domain."""
        return self.filter(ROUND)

    def listed(self) -> Self:
        """Rounds, and the retests that wait for a person."""
        return self.filter(ROUND | Q(state=CampaignState.HELD))


class Campaign(models.Model):
    name = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=CampaignState, default=CampaignState.RUNNING)
    ports = models.JSONField(default=list)  # TCP ports asked of every address
    datagrams = models.JSONField(default=list)  # services without connections asked too: keys of probes.DATAGRAMS
    only_address = models.GenericIPAddressField(null=True, blank=True)  # of a retest; None asks every address
    only_domain = models.CharField(max_length=253, blank=True)  # of a retest of what a domain publishes
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    started_by = models.CharField(max_length=200)
    held_reason = models.CharField(max_length=300, blank=True)
    # Asked for, and not looked at: [{"establishment": 12, "finess": "...", "reason": "no mandate"}]
    not_looked = models.JSONField(default=list)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="scans_campaign_in_order"
            ),
            models.CheckConstraint(
                condition=Q(only_address=None) | Q(only_domain=""), name="scans_retest_of_one_place"
            ),
        ]

    @property
    def is_retest(self) -> bool:
        return self.only_address is not None or bool(self.only_domain)


class ShardQuerySet(models.QuerySet["Shard"]):
    def unfinished(self) -> Self:
        return self.filter(state=ShardState.WAITING)

    def of_rounds(self) -> Self:
        """Of whole establishments: a retest of one port says nothing of the rest."""
        return self.filter(campaign__only_address=None, campaign__only_domain="")


class Shard(models.Model):
    """A piece of a campaign: one establishment. DONE is set once, by the conditional UPDATE that records it."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="shards")
    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="shards")
    state = models.CharField(max_length=8, choices=ShardState, default=ShardState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    hosts = models.PositiveIntegerField(default=0)  # addresses to look at
    hosts_done = models.PositiveIntegerField(default=0)  # live progress while it runs
    hosts_reached = models.PositiveIntegerField(default=0)
    questions = models.PositiveIntegerField(default=0)  # connections made
    services_found = models.PositiveIntegerField(default=0)
    services_new = models.PositiveIntegerField(default=0)  # not there, or otherwise, at the look before
    services_gone = models.PositiveIntegerField(default=0)  # were there, and are not any more: awaiting a second look
    unknowns = models.JSONField(default=dict)  # reason -> count of services or hosts looked at, and not known
    unlooked = models.JSONField(default=dict)  # reason -> count of ports, names or addresses not looked at
    unknown_checks = models.JSONField(default=dict)  # reason -> count of checks that could not conclude
    waits_until = models.DateTimeField(null=True, blank=True)  # when the next window opens, for what is left
    names = models.JSONField(default=dict)  # name -> "" when it resolved, else why it is unknown
    held_reason = models.CharField(max_length=300, blank=True)  # why its absences wait for a person
    error = models.TextField(blank=True)

    objects = ShardQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "establishment"], name="scans_one_shard_per_establishment")
        ]
        indexes = [models.Index(fields=["campaign", "state"], name="scans_ledger")]


# An address or a domain, never both: a domain may have no address of its own.
ONE_PLACE = (Q(address="") & ~Q(domain="")) | (~Q(address="") & Q(domain=""))


class Look(models.Model):
    """One completed look at one address, or at one domain, in one campaign: what absence and coverage are judged on."""

    shard = models.ForeignKey(Shard, on_delete=models.CASCADE, related_name="looks")
    address = models.CharField(max_length=39, blank=True)  # canonical; "" when a domain was looked at
    domain = models.CharField(max_length=253, blank=True)
    names = models.JSONField(default=list)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    reached = models.BooleanField()
    open_ports = models.JSONField(default=list)
    refused_ports = models.JSONField(default=list)
    silent_ports = models.JSONField(default=list)
    not_asked_ports = models.JSONField(default=list)
    not_asked_reason = models.CharField(max_length=80, blank=True)  # the first; each has its row of Unlooked
    refused_datagrams = models.JSONField(default=list)  # UDP ports where the host said that nothing listens
    silent_datagrams = models.JSONField(default=list)
    # Checks that could not conclude of what answered: [{"port": 443, "name": "", "check": "...", "reason": "..."}]
    unknown_checks = models.JSONField(default=list)
    # Services seen before and not at this look: [{"port": 22, "name": "", "transport": "tcp"}], the last when not TCP.
    # They count once the campaign is settled.
    absent = models.JSONField(default=list)
    absences_applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shard", "address", "domain"], name="scans_one_look_per_place"),
            models.CheckConstraint(condition=ONE_PLACE, name="scans_look_at_one_place"),
        ]
        indexes = [models.Index(fields=["address", "-ended_at"], name="scans_looks_at")]


class UnlookedQuerySet(models.QuerySet["Unlooked"]):
    def of_campaign(self, campaign: Campaign) -> Self:
        return self.filter(shard__campaign=campaign)


class Unlooked(models.Model):
    """What was to be looked at and was not, and why: ports of an address, a name, an address, a range."""

    shard = models.ForeignKey(Shard, on_delete=models.CASCADE, related_name="unlooked_rows")
    address = models.CharField(max_length=43, blank=True)  # or a range; "" for a name, or for all that was left
    name = models.CharField(max_length=253, blank=True)
    reason = models.CharField(max_length=120)  # as the probes say it
    transport = models.CharField(max_length=3, default="tcp")
    ports = models.JSONField(default=list)
    count = models.PositiveIntegerField()  # of ports, or one for a name or an address

    objects = UnlookedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["shard", "reason"], name="scans_unlooked_by_reason")]


class PauseQuerySet(models.QuerySet["Pause"]):
    def in_force(self, now: datetime) -> Self:
        return self.filter(since__gt=now - care_rule().pause, since__lte=now + care_rule().pause)


class Pause(models.Model):
    """A host that stopped answering while it was asked: left alone for a day by every look of every machine."""

    address = models.CharField(max_length=39)
    since = models.DateTimeField()
    # Whose look noticed it; none when it was a look without database on the same machine.
    shard = models.ForeignKey(Shard, null=True, blank=True, on_delete=models.SET_NULL, related_name="pauses")
    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="pauses")

    objects = PauseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["establishment", "address", "since"], name="scans_one_pause_a_moment")
        ]
        indexes = [models.Index(fields=["since"], name="scans_pauses_by_date")]

    @property
    def until(self) -> datetime:
        return self.since + care_rule().pause


class ServiceQuerySet(models.QuerySet["Service"]):
    def current(self) -> Self:
        return self.filter(ended_at=None)

    def running(self, pairs: "list[int] | frozenset[int]") -> Self:
        """Current services that told one of these products, in first place or beside."""
        return self.current().filter(Q(pair__in=pairs) | Q(other_pairs__in=pairs)).distinct()

    def standing_at(self, moment: datetime) -> Self:
        """What was there at that moment, as it was seen."""
        return self.filter(first_seen__lte=moment).filter(Q(ended_at=None) | Q(ended_at__gt=moment))

    def seen_between(self, start: datetime, end: datetime) -> Self:
        return self.filter(first_seen__lt=end).filter(Q(ended_at=None) | Q(ended_at__gte=start))

    def visible_to(self, user: Viewer, now: datetime) -> Self:
        """What was seen is evidence: it tells where a weakness is."""
        return self.filter(of_establishments(user.scope(Right.EVIDENCE, now)))


class Service(models.Model):
    """A service as it was seen without change from `first_seen` to `last_confirmed`: a change ends the row."""

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="services")
    address = models.CharField(max_length=39, blank=True)  # canonical; "" for what a domain publishes, then its `name`
    port = models.PositiveIntegerField()
    transport = models.CharField(max_length=3, default="tcp")
    name = models.CharField(max_length=253, blank=True)  # host name asked, "" by address
    service = models.CharField(max_length=20, blank=True)  # "" when not recognised
    answer = models.CharField(max_length=12)  # engine.facts.Answer
    reason = models.CharField(max_length=200, blank=True)  # why it is unknown
    pair = models.ForeignKey(Pair, null=True, blank=True, on_delete=models.PROTECT, related_name="services")
    # Other products told by the same answer: PHP and OpenSSL behind an Apache.
    other_pairs = models.ManyToManyField(Pair, related_name="services_beside")
    identities = models.JSONField(default=list)  # engine.facts.Identity, by msgspec; the pair's first
    facts = models.JSONField(default=dict)  # engine.facts.Facts, by msgspec
    facts_sha256 = models.CharField(max_length=64)  # of what identifies it: a change of it is a change of service
    first_seen = models.DateTimeField()
    last_confirmed = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=40, blank=True)  # "changed", "no longer observed"
    absences = models.PositiveSmallIntegerField(default=0)  # completed looks in a row that did not see it
    absent_since = models.DateTimeField(null=True, blank=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["establishment", "address", "port", "transport", "name"],
                condition=Q(ended_at=None),
                name="scans_service_once",
            ),
            models.CheckConstraint(condition=~Q(address="") | ~Q(name=""), name="scans_service_has_a_place"),
        ]
        indexes = [
            models.Index(fields=["address", "port"], name="scans_by_address"),
            models.Index(fields=["pair"], condition=Q(ended_at=None), name="scans_current_by_pair"),
        ]

    @property
    def domain(self) -> str:
        """The domain that publishes it; "" when it answers at an address."""
        return "" if self.address else self.name


class Presence(models.Model):
    """How many current services of an establishment tell a pair, in first place or beside another.

    The services say it already, and ten million of them are too many to read when somebody asks who is exposed. It is
    written in the transaction that begins or ends a service, by `presence.move`; `presence.recount` mends it.
    """

    pk = models.CompositePrimaryKey("pair", "establishment")
    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, db_index=False, related_name="presences")
    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="presences")
    services = models.PositiveIntegerField()


class PresenceChange(models.Model):
    """An establishment began or ceased to show a pair: what a columnar image must read again."""

    establishment = models.ForeignKey(Establishment, on_delete=models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()


class RawAnswer(models.Model):
    """The bytes that were asked and answered, for evidence and for parsing again."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="raw_answers")
    look = models.ForeignKey(Look, on_delete=models.CASCADE, related_name="raw_answers")
    probe = models.CharField(max_length=20)
    at = models.DateTimeField()
    # Encrypted: they tell where a weakness is, and what a machine says to whoever asks (see `exchange`).
    asked = EncryptedField(purpose="raw-answer", about="service_id")
    answered = EncryptedField(purpose="raw-answer", about="service_id")
    answered_length = models.PositiveIntegerField()


class StopOrderQuerySet(models.QuerySet["StopOrder"]):
    def in_force(self) -> Self:
        return self.filter(lifted_at=None)


class StopOrder(models.Model):
    """The emergency stop: while one is not lifted, no worker sends anything."""

    ordered_at = models.DateTimeField()
    ordered_by = models.CharField(max_length=200)
    reason = models.CharField(max_length=200, blank=True)
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.CharField(max_length=200, blank=True)

    objects = StopOrderQuerySet.as_manager()
