"""A study and its Label Studio projects in step: push, pull, pre-label, adjudicate."""
