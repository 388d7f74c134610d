"""What people type about stories, pictures for the press and coverage. Forms hand clean facts to the actions."""
