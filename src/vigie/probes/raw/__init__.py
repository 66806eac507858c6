"""The small process `vigie-sweep`: raw SYNs out, answers in. It imports the standard library, numpy and itself."""
