"""Each kind of layer: how it is trained and predicted."""
