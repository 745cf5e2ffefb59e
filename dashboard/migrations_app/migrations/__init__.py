"""Schema of plans and the ledger."""
