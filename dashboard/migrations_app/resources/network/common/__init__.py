"""What several network types share."""
