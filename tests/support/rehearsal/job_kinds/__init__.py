"""Kinds of jobs for tests."""
