"""Template tags of pages about plans."""
