"""Schema of the clouds."""
