"""The power of hosts, through their BMCs."""
