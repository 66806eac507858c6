"""One hospital, for itself: what `vigie scan` asks, judges and prints, with no database."""
