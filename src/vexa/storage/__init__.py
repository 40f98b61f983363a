"""Durable data: users, tokens, meetings, sessions, final segments, the outbox."""
