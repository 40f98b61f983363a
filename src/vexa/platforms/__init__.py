"""Meeting products: their addresses, and how their pages behave."""
