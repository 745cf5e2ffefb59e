"""The engine of all long work: jobs, their steps and their log."""
