"""Migrations of the hooks app."""
