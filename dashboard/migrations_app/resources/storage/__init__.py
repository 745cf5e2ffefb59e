"""Resource types of Glance and Cinder."""
