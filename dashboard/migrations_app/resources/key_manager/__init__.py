"""Resource types of the key manager (Barbican)."""
