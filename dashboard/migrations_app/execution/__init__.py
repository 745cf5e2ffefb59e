"""Carries plans out: execute, verify, rollback and finalize, over one graph of steps."""
