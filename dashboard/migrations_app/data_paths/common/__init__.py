"""What several data paths share."""
