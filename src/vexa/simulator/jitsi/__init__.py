"""The double of Jitsi Meet: pages, signalling, and one track for each participant."""
