"""Zoom: addresses."""
