"""Resource types, one file each; found by themselves."""
