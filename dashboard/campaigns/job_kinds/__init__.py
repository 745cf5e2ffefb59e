"""The kinds of jobs of campaigns, found by their files."""
