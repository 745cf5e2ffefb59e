"""The history of the tables of the audit trail."""
