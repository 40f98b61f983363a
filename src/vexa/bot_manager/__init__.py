"""Program bot-manager (:8080): a meeting gets a bot, and every bot's end gets a true reason."""
