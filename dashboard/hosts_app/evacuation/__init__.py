"""Evacuates a host: decides what happens to each server, then moves it."""
