"""Plans the move of a tenant: reads both clouds, changes nothing, stores what it finds."""
