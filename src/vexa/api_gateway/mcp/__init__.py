"""`/mcp`: the same routes as tools, prompts and live resources for language models (MCP)."""
