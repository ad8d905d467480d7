"""Writers of flat rows, one module a format; memory does not grow with the rows."""
