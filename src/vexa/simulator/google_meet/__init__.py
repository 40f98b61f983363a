"""What a browser sees of Google Meet: pages, texts, roster and signalling."""
