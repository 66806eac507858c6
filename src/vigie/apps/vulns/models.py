"""Vulnerabilities as the sources tell them, the distinct products seen, and what matches what."""

from django.db import models
from django.db.models import Q

from .enums import ChangeKind, MatchVerdict


class Vulnerability(models.Model):
    cve = models.CharField(max_length=20, unique=True)
    title_fr = models.CharField(max_length=200, blank=True)  # ours, from the starter catalogue
    title_en = models.CharField(max_length=200, blank=True)
    description = models.TextField(blank=True)  # the source's own words, English
    published_at = models.DateTimeField(null=True, blank=True)
    modified_at = models.DateTimeField(null=True, blank=True)
    rejected = models.BooleanField(default=False)
    cvss = models.DecimalField(max_digits=3, decimal_places=1, null=True, blank=True)
    cvss_vector = models.CharField(max_length=160, blank=True)
    epss = models.FloatField(null=True, blank=True)  # None is "no score", which is not zero
    epss_on = models.DateField(null=True, blank=True)
    kev_on = models.DateField(null=True, blank=True)  # date added to CISA's list; None when not on it
    kev_ransomware = models.BooleanField(null=True)  # None when CISA says Unknown
    references = models.JSONField(default=list)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "vulnerabilities"
        indexes = [models.Index(fields=["kev_on"], condition=Q(kev_on__isnull=False), name="vulns_kev")]


class Applicability(models.Model):
    """One source's statement of what one vulnerability touches, kept whole; `products` are its index."""

    vulnerability = models.ForeignKey(Vulnerability, on_delete=models.CASCADE, related_name="applicabilities")
    # The layer of the evidence, and its document when a layer has many: "nvd", "cert_fr:CERTFR-2024-AVI-0108".
    source = models.CharField(max_length=80)
    statement = models.JSONField()  # engine.matching.Statement, by msgspec
    sha256 = models.CharField(max_length=64)
    # What this source says beside its ranges; None when it says nothing of it.
    cvss = models.DecimalField(max_digits=3, decimal_places=1, null=True, blank=True)
    cvss_vector = models.CharField(max_length=160, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)  # its last change, by the source's own date
    stored_at = models.DateTimeField(null=True, blank=True)  # since when we hold these ranges of it

    class Meta:
        verbose_name_plural = "applicabilities"
        constraints = [
            models.UniqueConstraint(fields=["vulnerability", "source"], name="vulns_one_statement_per_source")
        ]


class VulnerabilityChange(models.Model):
    """The history of a record, append-only: what a source changed of what was known, and what makes it news."""

    vulnerability = models.ForeignKey(Vulnerability, on_delete=models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=10, choices=ChangeKind)
    at = models.DateTimeField()  # when we learnt it
    on = models.DateField(null=True, blank=True)  # the day that the source gives it
    source = models.CharField(max_length=80)
    before = models.CharField(max_length=200, blank=True)
    after = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["vulnerability", "id"], name="vulns_history"),
            models.Index(fields=["at"], condition=Q(kind__in=["exploited", "warned"]), name="vulns_news"),
        ]


class ApplicableProduct(models.Model):
    """Which (vendor, product) an applicability names: how a pair finds its candidates."""

    applicability = models.ForeignKey(Applicability, on_delete=models.CASCADE, related_name="products")
    vendor = models.CharField(max_length=120)
    product = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["vendor", "product"], name="vulns_product")]


class Pair(models.Model):
    """A distinct thing seen: matched once, however many establishments run it."""

    vendor = models.CharField(max_length=120)
    product = models.CharField(max_length=120)
    version = models.CharField(max_length=120, blank=True)  # "" when not told
    update = models.CharField(max_length=60, blank=True)
    edition = models.CharField(max_length=60, blank=True)
    distribution = models.CharField(max_length=60, blank=True)
    package = models.CharField(max_length=120, blank=True)
    platform = models.CharField(max_length=60, blank=True)
    matched_at = models.DateTimeField(null=True, blank=True)  # None: to be matched

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "vendor",
                    "product",
                    "version",
                    "update",
                    "edition",
                    "distribution",
                    "package",
                    "platform",
                ],
                name="vulns_pair_once",
            )
        ]


class PairMatch(models.Model):
    """What one vulnerability means for one pair. A verdict that changes ends this row and adds another."""

    pair = models.ForeignKey(Pair, on_delete=models.CASCADE, related_name="matches")
    vulnerability = models.ForeignKey(Vulnerability, on_delete=models.CASCADE, related_name="matches")
    verdict = models.CharField(max_length=12, choices=MatchVerdict)
    source = models.CharField(max_length=80)  # the layer that decided, with its document
    evidence = models.CharField(max_length=300)
    fixed_in = models.CharField(max_length=60, blank=True)  # nearest fixed version on the same branch, if told
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "pair matches"
        constraints = [
            models.UniqueConstraint(
                fields=["pair", "vulnerability"],
                condition=Q(ended_at=None),
                name="vulns_one_verdict_at_a_time",
            )
        ]
        indexes = [models.Index(fields=["vulnerability", "verdict"], name="vulns_exposed")]


class Feed(models.Model):
    """How fresh one source is. A bad file changes `error` and nothing else."""

    slug = models.SlugField(unique=True)  # "starter", "nvd", "cve5", "csaf"...
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    last_good_at = models.DateTimeField(null=True, blank=True)
    published_on = models.DateField(null=True, blank=True)  # the date that the source gives itself
    records = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    waiting = models.PositiveIntegerField(default=0)  # documents that are known and not fetched yet
    remark = models.TextField(blank=True)  # what is not an error and must be known: a list that begins too late
    error = models.TextField(blank=True)


class FeedFile(models.Model):
    """One file of a feed that was read to its end: an interrupted synchronisation goes on after it."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=120)  # "nvdcve-2.0-2024.json.gz"
    sha256 = models.CharField(max_length=64)
    records = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)  # records that were left out
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "name"], name="vulns_feed_file_once")]


class SupportLine(models.Model):
    """Until when the maker looks after one line of a product, as endoflife.date tells."""

    vendor = models.CharField(max_length=120)
    product = models.CharField(max_length=120)
    cycle = models.CharField(max_length=60)  # "7.0", "2012-r2": a name, not always a version
    released_on = models.DateField(null=True, blank=True)
    active_until = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    ended = models.BooleanField(null=True)  # told without a date: True is over, False is not
    extended_until = models.DateField(null=True, blank=True)  # paid support
    latest = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vendor", "product", "cycle"], name="vulns_support_line_once")]
