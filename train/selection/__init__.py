"""What to code next: how doubtful a model is, what is alike, and a draw whose probabilities are known."""
