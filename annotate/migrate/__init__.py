"""A study and its projects from one version of its codebook to the next."""
