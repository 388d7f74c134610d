"""What `make` runs. Not part of the program; each module is one target's work and can be run alone."""
