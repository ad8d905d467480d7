"""Gold sentences: checked, grouped, and split into what is learned from and judged."""
