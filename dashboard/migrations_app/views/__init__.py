"""The pages about tenants and plans, one file for each use."""
