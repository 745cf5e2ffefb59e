"""Plans the move of a tenant: reads both clouds, changes nothing, keeps what it found as rows."""
