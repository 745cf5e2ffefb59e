"""What needs real servers or whole processes: brokers, databases, BMCs, switches, workers."""
