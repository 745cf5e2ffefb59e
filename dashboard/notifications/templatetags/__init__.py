"""What templates show about notifications."""
