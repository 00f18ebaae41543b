"""The paper's metrics, each a pure function of labels and predictions. docs/evaluation.md defines them.

verdicts.py     one turn's text against its label: intent, parameters, structure (Table 2)
pictures.py     multi-turn VQA score, CLIP similarity and IEC of pictures that calls made (Tables 1 and 3)
scores.py       marks into scores with intervals and break-downs
comparison.py   two systems on the same turns
"""
