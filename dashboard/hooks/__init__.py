"""Calls hooks around tenants, servers and hosts, as steps of their jobs."""
