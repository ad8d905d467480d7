"""New commentaries tagged without a server: a few at once, or a folder that can be resumed."""
