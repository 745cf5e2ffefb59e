"""What can be done to a host: one file for each action, or for each family of them."""
