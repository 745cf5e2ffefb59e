"""Migrations of the tables of campaigns."""
