"""The double of Microsoft Teams: pages, signalling, and one mix of everybody."""
