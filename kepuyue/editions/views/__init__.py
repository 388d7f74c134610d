"""The edition's pages: what everybody reads, what the office sets, what districts and departments file."""
