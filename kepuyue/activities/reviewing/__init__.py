"""What the reviewer's desk reads: the queue and its order, due dates, checks beside the text, the office's words."""
