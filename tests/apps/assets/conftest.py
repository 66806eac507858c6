import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def in_english():
    """The sentences are compared with their English text, whatever the catalogues hold."""
    with translation.override("en"):
        yield
