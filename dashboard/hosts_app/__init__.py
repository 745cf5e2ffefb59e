"""Clouds, the environments of Fuel that they live in, and their hosts."""
