"""Maintenance mode of a tenant: its users can see everything and change nothing.

Every role on the project is recorded in rows, then replaced by one that can only read; leaving
restores exactly what was recorded.
"""
