"""`vexa demo`: a simulated meeting with known speech, a bot in it, its transcript and scores."""
