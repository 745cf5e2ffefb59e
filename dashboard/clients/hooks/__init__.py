"""Hooks: what operators have done, and checked, around tenants, servers and hosts."""
