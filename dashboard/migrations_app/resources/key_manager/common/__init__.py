"""What types share of the key manager."""
