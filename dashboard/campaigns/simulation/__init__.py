"""How a campaign will go: pure functions over what was read of both clouds."""
