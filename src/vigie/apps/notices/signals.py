"""What the notices tell to the apps above. Sent inside the transaction that records; wired in vigie.config.signals.

alert_acknowledged  alert, subject_ids, by, now: somebody of the establishment says that it was read
fix_declared        alert, subject_ids, by, now: they say that it is mended; return a sentence to refuse, or None
mailing_judged      mailing, released, by, now: its messages leave (released), or nothing of it is sent
"""

from django.dispatch import Signal

alert_acknowledged = Signal()
fix_declared = Signal()
mailing_judged = Signal()
