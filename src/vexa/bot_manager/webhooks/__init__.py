"""Delivers events to the endpoints of users."""
