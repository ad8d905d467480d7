"""What stands beside an export: its papers, and what puts left-out texts back."""
