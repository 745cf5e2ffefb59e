"""What can be done to a host after a plan of it: one file each, found by themselves."""
