"""A tenant that has one of everything that the lab's services offer."""
