"""Power of hosts through their BMCs."""
