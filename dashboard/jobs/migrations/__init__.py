"""The history of the job tables."""
