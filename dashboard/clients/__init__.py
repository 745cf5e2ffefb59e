"""Talks to the outside world: clouds, their databases; plain Python, no Django."""
