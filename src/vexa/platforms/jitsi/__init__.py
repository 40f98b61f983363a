"""Jitsi Meet: addresses."""
