"""What every page knows of the installation."""

from typing import Any

from django.http import HttpRequest


def installation(request: HttpRequest) -> dict[str, Any]:
    return {}
