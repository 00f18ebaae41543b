"""Memory: what the conversation has on the table - the thing spoken of last, the last change, the prompt in force."""

import re

from evaluation.reader.lexicon import COLOUR, DETERMINER, STYLE, WORN
from evaluation.reader.things import THING, named
from evaluation.reader.view import Past, View

IRREGULAR = {"women": "woman", "men": "man", "children": "child", "people": "person", "mice": "mouse", "geese": "goose"}


def focus(view: View) -> str | None:
    """The name of the thing that a pronoun would point at."""
    for past in reversed(view.past):
        if thing := spoken_of(past):
            return named(thing)
    return None


def spoken_of(past: Past) -> str | None:
    said = {name: str(value) for name, value in past.call.parameters.items()}
    match past.call.intent:
        case "add_object":
            worn = re.search(rf"\b{WORN}$", said.get("object", ""), re.IGNORECASE)
            return said.get("target") if worn and "target" in said else said.get("object")
        case "replace_object":
            return said.get("replacement")
        case "vqa":
            return asked_about(said.get("question", ""))
        case "instruct_edit":
            found = re.search(
                rf"(?:make|bring|move|turn|put|shrink|enlarge) ({THING})", said.get("instruction", ""), re.I
            )
            return found[1] if found and len(found[1].split()) > 1 else None
        case "remove_object" | "chat":
            return None
        case "text_to_image" | "pose_to_image" | "scribble_to_image":
            return only_subject(said.get("prompt", ""))
    return said.get("object")


BEFORE_THE_NAME = re.compile(
    rf"^(?:an? |the )?(?:(?:{STYLE}|{COLOUR}|big|small|little|tiny|tall|old|young|happy|\w+(?:ful|ous|some|less|"
    rf"ing))\s+)+(?=\w)",
    re.IGNORECASE,
)


def only_subject(prompt: str) -> str | None:
    """What a description begins with: its subject."""
    head = re.split(
        r",| (?:in|on|at|with|under|next to|beside|near|above|holding|wearing|and|during|by|between) ", prompt
    )[0]
    art = re.match(
        r"(?:.*\b(?:picture|portrait|window|poster|drawing|painting|watercolour|photo|sketch) )of (.+)$",
        head,
        re.IGNORECASE,
    )
    return BEFORE_THE_NAME.sub("", art[1] if art else head) or None


def asked_about(question: str) -> str | None:
    found = re.search(
        rf"(?:how many|number of|there(?:'s| is| are)|{DETERMINER}|an?|find|see) ([\w-]+(?: on the \w+| in the \w+)?)",
        question,
        re.I,
    )
    return singular(found[1]) if found else None


def singular(noun: str) -> str:
    if noun in IRREGULAR:
        return IRREGULAR[noun]
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    if noun.endswith(("shes", "ches", "xes", "sses")):
        return noun[:-2]
    return noun[:-1] if noun.endswith("s") and not noun.endswith("ss") else noun
