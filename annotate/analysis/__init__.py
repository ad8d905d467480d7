"""What predictions say of a commentary and of a corpus; no HTML."""
