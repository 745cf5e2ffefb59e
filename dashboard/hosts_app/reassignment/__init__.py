"""Moves a freed host to another cloud through Fuel: reads, decides, then one step after another."""
