"""Quality of `rag` beside its peers: main content, retrieval, refusal."""
