"""Plumbing with no meeting in it."""
