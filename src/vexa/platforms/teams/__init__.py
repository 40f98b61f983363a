"""Microsoft Teams: addresses."""
