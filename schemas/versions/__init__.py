"""A codebook from one version to the next, and what becomes of its rows and results."""
