"""What the layout of a page did to a text, undone: lines, hyphens, columns, heads and feet of pages."""
