"""What the month tells the world: highlights of each day, stories for the press, coverage, the national platform."""
