"""Vexa: self-hosted meeting bots and live transcription."""
