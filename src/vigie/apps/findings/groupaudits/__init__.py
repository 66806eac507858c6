"""The audit of a group: agreed, run, reviewed, told, followed up. The audit *trail* is vigie.apps.audit."""
