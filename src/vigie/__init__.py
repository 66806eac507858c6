"""Vigie: the observatory of the cybersecurity level of health establishments."""
