"""What can be done to plans, tenants and clouds: one file for each verb, found by themselves."""
