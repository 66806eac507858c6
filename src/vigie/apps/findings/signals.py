"""What the findings tell, or ask, of the apps above; wired in vigie.config.signals.

knowledge_came   since, now: vulnerabilities changed; what runs them is about to be judged anew
judged_anew      now: it was, and what it changed is written
occasions_asked  findings: return {finding: Occasion} for those that are told under another name than their campaign's
"""

from django.dispatch import Signal

knowledge_came = Signal()
judged_anew = Signal()
occasions_asked = Signal()
