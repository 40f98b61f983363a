"""Parts of `make bench-speech`."""
