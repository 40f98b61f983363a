"""Program `transcription-collector` (:8123): segments become a transcript.

Reads what the speech servers write, stores finals, keeps the live tail, tells the feed, and
answers readers with both as one ordered transcript.
"""
