"""What the report's page is made of: which dialogues it shows, their thumbnails, its plots, its template.

`flows/report.py` puts them together.
"""
