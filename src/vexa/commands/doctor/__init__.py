"""`vexa doctor`: what of this machine is not as the server needs it, and what to do about it."""
