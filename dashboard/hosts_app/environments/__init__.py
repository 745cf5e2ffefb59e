"""Duplicates environments of Fuel, and deletes those that have no nodes any more."""
