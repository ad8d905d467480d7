"""What suggestions did to the codings: what was kept of them, and what is coded otherwise because of them."""
