"""Notifies people of the events of jobs: through Fuel, by e-mail, and through webhooks."""
