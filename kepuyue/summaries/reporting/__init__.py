"""Summaries of a branch or the city as official documents: `document` puts them together, `pictures` chooses photos."""
