"""Speed of `rag` beside the bare model and the stock pipeline, as ratios of one run."""
