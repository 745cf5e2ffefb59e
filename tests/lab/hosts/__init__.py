"""Tests of hosts. They run before those of tenants, whose servers stay on the hosts."""
