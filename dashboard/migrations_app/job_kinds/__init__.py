"""The kinds of jobs of a move, one file each, found automatically."""
