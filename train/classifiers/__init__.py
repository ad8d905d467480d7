"""The estimators, their calibration and thresholds, and what a model keeps of them."""
