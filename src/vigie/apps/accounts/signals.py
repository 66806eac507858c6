"""What happened to an account that others must hear of; connected in vigie.config.signals."""

from django.dispatch import Signal

# Sent inside the transaction, with user, by, now.
started_again = Signal()
