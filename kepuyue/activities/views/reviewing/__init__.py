"""The reviewer's desk: the queue, one submission, decisions one by one and many at once, and what the desk keeps."""
