"""One file for each command, with a subclass of ``Command`` of that name; found by themselves."""
