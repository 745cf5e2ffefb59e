"""Clouds that speak only old APIs, seen as if they spoke today's: one file per old API."""
