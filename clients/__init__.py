"""One client for every server that speaks OpenAI's chat protocol: what is asked, what it cost, and never twice."""
