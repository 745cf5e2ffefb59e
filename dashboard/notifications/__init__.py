"""Tells people the news of jobs: through Fuel, by e-mail, and through webhooks."""
