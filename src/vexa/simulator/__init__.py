"""A faithful local double of Google Meet for tests and the demo: pages, media, control API."""
