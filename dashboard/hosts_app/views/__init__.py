"""Pages of clouds, environments and hosts."""
