"""A language model as a coder: questions made of the codebook, answers as ordinary predictions."""
