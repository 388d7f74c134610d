"""What people type about resources. Forms hand clean facts to the actions and save nothing."""
