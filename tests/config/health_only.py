"""The settings of a site that has only its health pages: it starts fast, whatever the pages are worth."""

from vigie.config.django import *  # noqa: F403

ROOT_URLCONF = "tests.config.health_urls"
