"""May a message that is not urgent leave now, and when may it next? Hours of Paris, as on the wall."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from vigie.data.notice_rules import NoticeRule

PARIS = ZoneInfo("Europe/Paris")


def is_quiet(moment: datetime, rule: NoticeRule) -> bool:
    local = moment.astimezone(PARIS)
    if rule.quiet_weekend and local.weekday() >= 5:
        return True
    return not rule.quiet_until <= local.time() < rule.quiet_from


def next_open(moment: datetime, rule: NoticeRule) -> datetime:
    """That moment when it is not quiet; else the end of the quiet hours."""
    return _from(moment, rule, rule.quiet_until) if is_quiet(moment, rule) else moment


def next_digest(moment: datetime, rule: NoticeRule) -> datetime:
    """The hour of the digest, today when it has not passed, on a day when messages leave."""
    return _from(moment, rule, rule.digest_at)


def _from(moment: datetime, rule: NoticeRule, hour: time) -> datetime:
    day = moment.astimezone(PARIS).date()
    while True:
        found = datetime.combine(day, hour, tzinfo=PARIS)
        if found > moment and not is_quiet(found, rule):
            return found.astimezone(moment.tzinfo)
        day += timedelta(days=1)
