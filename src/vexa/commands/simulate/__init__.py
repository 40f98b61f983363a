"""`vexa simulate`: the doubles as a tool for whoever tests a meeting bot, of whatever make."""
