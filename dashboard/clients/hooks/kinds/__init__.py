"""The kinds of hooks, found by their files."""
