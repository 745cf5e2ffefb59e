"""Pumphouse: moves OpenStack tenants and their hosts from an old cloud to a new one."""
