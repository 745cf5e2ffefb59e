"""BMCs of the lab: one ipmi_sim per compute host; power controls its nova-compute."""
