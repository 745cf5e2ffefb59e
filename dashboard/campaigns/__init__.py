"""Campaigns: many tenants, and hosts on the way, until the old cloud is empty."""
