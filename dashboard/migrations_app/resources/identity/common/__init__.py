"""What several identity types share."""
