"""Runs all programs of one host: `vexa up`."""
