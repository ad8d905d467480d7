"""From predictions beside gold to figures."""
