"""The pages about tenants and plans, one file per use case."""
