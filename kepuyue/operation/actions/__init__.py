"""What the office may do about the running system."""
