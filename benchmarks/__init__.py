"""Speed and quality of `rag` beside its peers. See README.md."""
