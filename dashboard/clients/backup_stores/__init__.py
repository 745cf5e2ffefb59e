"""Stores in which cinder-backup keeps the objects of its backups, reached past Cinder."""
