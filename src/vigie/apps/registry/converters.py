"""What a code of the registry may be in an address; importing it makes `<printed:code>` known to the routes."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class Printed(StringConverter):
    """A code of others' making: anything on one line; PostgreSQL would refuse a NUL."""

    regex = r"[^/\x00-\x1f]+"


register_converter(Printed, "printed")
