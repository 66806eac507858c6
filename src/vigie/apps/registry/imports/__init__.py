"""Registry files brought into the database; `vigie.apps.registry.actions.import_file` is the way in."""
