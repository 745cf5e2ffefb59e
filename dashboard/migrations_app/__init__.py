"""Tenants: plan, preflight, execute, verify, roll back, finalize."""
