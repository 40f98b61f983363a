"""Program admin-api (:8057): users and their API keys."""
