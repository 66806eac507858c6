"""Keys that people make for their programs: named, dated, shown once, taken back at any time."""
