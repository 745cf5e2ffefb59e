"""Who logs in: their tokens, their failed logins, and what the Django admin shows."""
