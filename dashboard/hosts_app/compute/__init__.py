"""What Nova and placement know about hosts."""
