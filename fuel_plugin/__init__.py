"""The Fuel plugin: what Fuel reads of it, and what builds its package and its image."""
