"""The speech server: audio comes in over a WebSocket, text goes out, live and exactly once."""
