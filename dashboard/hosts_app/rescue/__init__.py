"""Starts the servers of a dead host elsewhere, once it is certain that the host is off."""
