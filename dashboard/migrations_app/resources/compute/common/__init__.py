"""What flavors and servers share."""
