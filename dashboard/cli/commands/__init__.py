"""One file for each command; each holds one subclass of ``Command`` and is found by itself."""
