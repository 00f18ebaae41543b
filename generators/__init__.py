"""Makes what a release is made of: cards, prompts, scenes, pictures, outlines and words.

Every stage here is a function from records to records. It knows nothing of files, workers or Prefect.
"""
