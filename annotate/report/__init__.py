"""One report of a study: what may be said with it, and every figure behind that."""
