"""What Nova and placement say of hosts."""
