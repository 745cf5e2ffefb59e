"""Moves an evacuated host to another cloud through Fuel: reads, decides, then step by step."""
