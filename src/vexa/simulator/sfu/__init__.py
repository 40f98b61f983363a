"""The media server: loudest three speakers in three re-used audio slots."""
