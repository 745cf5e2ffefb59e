"""Clouds, and later their environments and hosts."""
