"""An installation that the tree before today's layout wrote, and the tree of today over it."""
