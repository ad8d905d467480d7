"""The backend that Label Studio asks for suggestions while people code, and for a new training."""
