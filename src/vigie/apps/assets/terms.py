"""What is asked to be recorded, judged before it is: every refusal is a sentence."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from ipaddress import ip_network
from typing import Any

from django.utils.translation import gettext as _

from vigie.apps.registry.models import Establishment
from vigie.probes import scope

from .addresses import canonical_network, kinds_reaching, network_of
from .domains import canonical_domain, imitated
from .enums import AssetKind, Intensity, MandateKind
from .models import Asset, Mandate
from .refusals import InvalidAsset, InvalidMandate
from .windows import parse_windows


@dataclass(frozen=True, slots=True)
class AssetTerms:
    kind: AssetKind
    value: str  # canonical
    label: str
    hosted_by: str


@dataclass(frozen=True, slots=True)
class MandateTerms:
    kind: MandateKind
    host: str  # whose agreement it is; "" but for a host's agreement
    signatory: str
    basis: str
    valid_from: datetime
    valid_until: datetime
    intensity: Intensity
    windows: tuple[dict[str, Any], ...]  # as stored
    exclusions: tuple[str, ...]  # networks
    excluded_ports: tuple[int, ...]
    allow_mllp_frame: bool


def asset_terms(
    *,
    establishment: Establishment,
    kind: str,
    value: str,
    label: str,
    now: datetime,
    hosted_by: str = "",
    given: frozenset[str] | None = None,
) -> AssetTerms:
    """The asset in its canonical form; raise InvalidAsset. `given` are the kinds of its mandates, when known."""
    if kind not in AssetKind.values:
        raise InvalidAsset(
            _("%(kind)s is not a kind of asset: %(kinds)s.")
            % {"kind": repr(kind[:20]), "kinds": ", ".join(AssetKind.values)}
        )
    if len(label) > 120:
        raise InvalidAsset(_("The label is longer than 120 characters."))
    if len(hosted_by) > 120:
        raise InvalidAsset(_("The name of the host is longer than 120 characters."))
    host = " ".join(hosted_by.split())
    if kind == AssetKind.DOMAIN:
        name = canonical_domain(value)
        _refuse_imitations(establishment, name)
        return AssetTerms(AssetKind.DOMAIN, name, label.strip(), host)
    if kind == AssetKind.ADDRESS and "/" in value:
        raise InvalidAsset(_("%(value)s is a range, not one address.") % {"value": value[:80]})
    network = canonical_network(value)
    _refuse_out_of_reach(network, mandates_given(establishment, now) if given is None else given)
    # A range of one address is that address: the same asset must not be declared twice.
    if network.num_addresses == 1:
        return AssetTerms(AssetKind.ADDRESS, str(network.network_address), label.strip(), host)
    return AssetTerms(AssetKind.RANGE, str(network), label.strip(), host)


def _refuse_imitations(establishment: Establishment, name: str) -> None:
    """A name with letters beyond ASCII that reads as one that somebody else declares."""
    read = imitated(name)
    others = Asset.objects.current().filter(kind=AssetKind.DOMAIN, value=read, valid_until=None)
    if read is not None and others.exclude(establishment=establishment).exists():
        raise InvalidAsset(
            _("%(name)s reads as %(read)s, a domain that is known already: if it is yours, send an analyst the proof.")
            % {"name": name, "read": read}
        )


def mandates_given(establishment: Establishment, now: datetime) -> frozenset[str]:
    """The kinds of the mandates that are not over."""
    given = Mandate.objects.filter(establishment=establishment, valid_until__gt=now, withdrawn_at=None)
    return frozenset(given.values_list("kind", flat=True))


def _refuse_out_of_reach(network: scope.Network, kinds: frozenset[str]) -> None:
    """Without any mandate it is inventory; under mandates that cannot reach it, it is a mistake."""
    reaching = kinds_reaching(network)
    if kinds and not kinds & reaching:
        raise InvalidAsset(
            _("%(network)s needs a mandate of kind %(needed)s; this establishment gave: %(given)s.")
            % {
                "network": network,
                "needed": _(" or ").join(sorted(reaching)),
                "given": ", ".join(sorted(kinds)),
            }
        )


def mandate_terms(
    *,
    establishment: Establishment,
    kind: str,
    signatory: str,
    basis: str,
    valid_from: datetime,
    valid_until: datetime,
    intensity: str,
    windows: str,
    exclusions: Iterable[str],
    excluded_ports: Iterable[int | str],
    allow_mllp_frame: bool,
    now: datetime,
    host: str = "",
) -> MandateTerms:
    """The mandate as it would be recorded; raise InvalidMandate."""
    if kind not in MandateKind.values:
        raise InvalidMandate(
            _("%(kind)s is not a kind of mandate: %(kinds)s.")
            % {"kind": repr(kind[:20]), "kinds": ", ".join(MandateKind.values)}
        )
    if intensity and intensity not in Intensity.values:
        raise InvalidMandate(
            _("%(intensity)s is not an intensity: %(intensities)s.")
            % {"intensity": repr(intensity[:20]), "intensities": ", ".join(Intensity.values)}
        )
    _check_words(signatory, basis)
    # A host that signs for itself need not be named twice.
    whose = " ".join((host or signatory).split()) if kind == MandateKind.HOSTED else ""
    if len(whose) > 120:
        raise InvalidMandate(_("The name of the host is longer than 120 characters."))
    _check_dates(valid_from, valid_until, now)
    _check_reach(establishment, MandateKind(kind), now)
    return MandateTerms(
        kind=MandateKind(kind),
        host=whose,
        signatory=signatory.strip(),
        basis=basis.strip(),
        valid_from=valid_from,
        valid_until=valid_until,
        intensity=Intensity(intensity or Intensity.STANDARD),
        windows=tuple(parse_windows(windows)),
        exclusions=tuple(sorted({str(_exclusion(text)) for text in exclusions})),
        excluded_ports=tuple(sorted({_port(port) for port in excluded_ports})),
        allow_mllp_frame=allow_mllp_frame,
    )


def _check_words(signatory: str, basis: str) -> None:
    if not signatory.strip():
        raise InvalidMandate(_("A mandate needs a signatory: who authorises the look?"))
    if not basis.strip():
        raise InvalidMandate(_("A mandate needs a basis: convention, letter, decision..."))
    if len(signatory) > 120 or len(basis) > 200:
        raise InvalidMandate(_("The signatory holds 120 characters at most, the basis 200."))


def _check_dates(valid_from: datetime, valid_until: datetime, now: datetime) -> None:
    if valid_until <= valid_from:
        raise InvalidMandate(_("The mandate ends before it begins."))
    if valid_until <= now:
        raise InvalidMandate(_("The mandate is already over."))


def _check_reach(establishment: Establishment, kind: MandateKind, now: datetime) -> None:
    declared = Asset.objects.as_of(now.date(), now).filter(establishment=establishment).exclude(kind=AssetKind.DOMAIN)
    networks = [ip_network(value) for value in declared.order_by("id").values_list("value", flat=True)]
    if networks and not any(scope.MandateKind(kind) in kinds_reaching(network) for network in networks):
        raise InvalidMandate(
            _("A mandate of kind %(kind)s reaches none of the declared addresses (%(first)s...).")
            % {"kind": kind, "first": networks[0]}
        )


def _exclusion(text: str) -> scope.Network:
    try:
        return network_of(text)
    except InvalidAsset as error:
        raise InvalidMandate(_("Exclusion: %(reason)s") % {"reason": error}) from error


def _port(port: int | str) -> int:
    text = str(port).strip()
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:
        return int(text)
    raise InvalidMandate(_("%(port)s is not a port (1 to 65535).") % {"port": repr(text[:20])})


def begins(text: str) -> datetime:
    """`2026-01-01` is the first instant of that day in Paris; an ISO instant is itself."""
    return _instant(text, timedelta(0))


def ends(text: str) -> datetime:
    """`2026-12-31` is the end of that day in Paris: the last day is included."""
    return _instant(text, timedelta(days=1))


def _instant(text: str, after: timedelta) -> datetime:
    try:
        if len(text.strip()) == 10:
            day = date.fromisoformat(text.strip()) + after
            return datetime(day.year, day.month, day.day, tzinfo=scope.PARIS)
        moment = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError):
        raise InvalidMandate(_("%(text)s is not a date (YYYY-MM-DD).") % {"text": repr(text[:30])}) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=scope.PARIS)
