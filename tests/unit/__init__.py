"""What needs nothing but Python, in the folders of the code that it tests."""
