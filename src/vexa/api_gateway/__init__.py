"""Program `api-gateway` (:8056): the one door. Forwards HTTP to its owner, and serves `/ws`."""
