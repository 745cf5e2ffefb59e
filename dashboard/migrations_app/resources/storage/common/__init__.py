"""What images and volumes share."""
