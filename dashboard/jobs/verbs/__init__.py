"""What can be done to one server of a job, one file each."""
