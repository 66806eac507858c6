"""Kinds of weakness that vanished everywhere at once: most likely a fault of ours."""
