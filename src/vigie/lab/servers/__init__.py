"""The real servers of the laboratory, one module a protocol: each takes a connection that was accepted for it."""
