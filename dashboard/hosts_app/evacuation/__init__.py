"""Frees a host of its servers: reads the cloud, decides for each server, then moves it."""
