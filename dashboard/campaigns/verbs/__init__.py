"""What can be done to a campaign: one file for each verb, found by themselves."""
