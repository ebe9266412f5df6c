"""The door to LlamaIndex: its models for us, our store for its users.

Importing this loads nothing; each module of it does. What programs of others use stands in
`rag.llama_index`.
"""
