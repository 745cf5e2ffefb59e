"""What can be done to clouds: one file for each verb, found by themselves."""
