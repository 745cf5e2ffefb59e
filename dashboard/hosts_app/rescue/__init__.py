"""Fences a dead host, and rebuilds its servers on other hosts."""
