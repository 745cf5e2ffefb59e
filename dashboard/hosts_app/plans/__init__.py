"""Plans for hosts and environments: what a host action is, its plan's lines, and its storage."""
