"""How a campaign goes on: what it begins next, and how each of its tenants stands."""
