"""Google Meet (meet.google.com), joined as a signed-out guest."""
