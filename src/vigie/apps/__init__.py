"""The Django apps, lowest first: jobs, audit, registry, accounts, assets, vulns, scans, findings, observatory."""
