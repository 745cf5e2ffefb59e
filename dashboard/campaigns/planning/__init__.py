"""How a campaign is drawn up: from a CSV file, from a selection, from the API."""
