"""The rules of the observatory: values in, values out. No clock, no file, no network, no database."""
