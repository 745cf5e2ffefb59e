"""The Fuel master: its environments and their clouds, its links to Pumphouse, and its logins."""
