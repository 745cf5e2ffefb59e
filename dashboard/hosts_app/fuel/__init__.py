"""What is known of the Fuel master: its environments, their clouds, its links and its logins."""
