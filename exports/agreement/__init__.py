"""How far annotators agree: coefficients, intervals, the report and its page."""
