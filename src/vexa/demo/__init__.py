"""`vexa demo`: a simulated meeting of known speech, a bot in it, its transcript and scores."""
