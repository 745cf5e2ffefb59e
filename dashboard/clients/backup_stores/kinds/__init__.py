"""The kinds of stores, one file for each family: found here, so that a file is enough."""
