"""Duplicates environments of Fuel, and deletes those without nodes."""
