"""The data stores that should not face the internet: one module for each protocol, which asks and never signs in."""
