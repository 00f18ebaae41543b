"""People's own pipelines as cards: ComfyUI workflows, Civitai records, tool definitions."""
