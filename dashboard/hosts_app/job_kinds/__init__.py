"""The kinds of jobs about hosts, one file each; found by themselves."""
