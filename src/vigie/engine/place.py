"""Where is it, as people write it?"""


def place(host: str, port: int, domain: str = "") -> str:
    """ "203.0.113.7:443", "[2001:db8::1]:443", a name with its port; a domain that was looked at is its name alone."""
    if domain:
        return domain
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
