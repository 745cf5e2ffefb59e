"""Fuel's API: one master, its objects, and what is particular about python-fuelclient."""
