"""Changes to the rows of notifications, which are jobs."""
