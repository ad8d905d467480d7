"""What annotators did, read from the files of the tool they did it in."""
