"""What could be asked next: for each skill, one call that makes sense for the picture at hand.

    propose_remove_object(view, rng) -> Proposal({"object": "dog on the left"}, {"object": "the dog on the left"})

A proposer looks at the scene only; whether the call can really be drawn is for the renderer to say.
`given` holds what the words may use beside the parameters: a noun with its article, the relation of a
new thing to an old one, the true answer to a question.
"""

from collections.abc import Mapping

from generators.proposals import picture, talk, things
from generators.proposals.view import Proposal, Proposer, View

__all__ = ["PROPOSERS", "Proposal", "View"]

PROPOSERS: Mapping[str, Proposer] = {
    "text_to_image": picture.propose_text_to_image,
    "instruct_edit": things.propose_instruct_edit,
    "add_object": things.propose_add_object,
    "remove_object": things.propose_remove_object,
    "replace_object": things.propose_replace_object,
    "add_text": picture.propose_add_text,
    "replace_background": things.propose_replace_background,
    "remove_background": things.propose_remove_background,
    "recolor": things.propose_recolor,
    "relight": picture.propose_relight,
    "adjust": picture.propose_adjust,
    "transform": picture.propose_transform,
    "outpaint": picture.propose_outpaint,
    "stylize": picture.propose_stylize,
    "anime": picture.propose_anime,
    "line_art": picture.propose_line_art,
    "upscale": picture.propose_upscale,
    "retouch": picture.propose_retouch,
    "vqa": talk.propose_vqa,
    "chat": talk.propose_chat,
}
