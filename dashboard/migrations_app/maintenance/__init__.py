"""Maintenance mode of a tenant: its people can look at everything and change nothing.

Every role on the project is recorded in rows, then replaced by one that can only read; leaving
gives back exactly what was recorded.
"""
