"""BMCs of the lab: one ipmi_sim for each compute host, whose power is that of its nova-compute."""
