"""What a part of an address may be; importing it makes it known to the routes."""

from vigie.apps.registry.converters import Printed as Printed
