"""What a model that was not trained is told before it listens: the task, the cards, which call it is, some examples.

    instructions(library, shots)
    -> "You route the messages of people … \n\n# Skills\n\n## recolor (edit)\nGives one thing in the picture …"

The same for every turn, so that a server reads it once. It says what docs/data.md says to those who judge labels,
and leaves out what is about skills that the library does not have.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from schemas.answer import Answer
from schemas.skill import AVOID, ON_IMAGE, Input, Library, Skill
from schemas.talk import Talk
from train.conversation import messages

TASK = """\
You route the messages of people who talk to a drawing assistant. For every message of the user, decide which one skill
is to run and fill in its parameters from what was said. Answer with one line of JSON and nothing else, no code fence:

{"intent": "<id of the skill>", "parameters": {"<input>": <value>}, "reply": "<one short sentence to the user>"}"""

FILLING_IN = """\
# Parameters

- Hold only what the user said, now or earlier in the conversation. Leave out every input that nothing was said about;
  never write a default or a guess. Without anything to fill in, "parameters" is {}.
- Text and things are in the user's own words, without please, thanks and the words that ask. A pronoun becomes the
  thing by its name. Choices are written exactly as the card lists them, sizes as "16:9" or "800x600", colours as their
  name or "#rrggbb". Numbers stand without quotes and unit: {"factor": 2}.
- "avoid", on every skill that draws: what the user forbids in this message, parted by commas, as the bare things:
  "don't touch the oak, and no people please" is "avoid": "oak, people".
- How much or how strongly is filled in only where the user says so: "brighter" alone has no amount. Words for it, in
  percent: slightly, a touch 10; a bit, a little 15; a quarter, somewhat 25; half, a lot, much 50; way 75; fully 100."""

PICTURES = """\
# Pictures

- A mark such as [image_2] before a message is a picture that came up just then: the user attached it, or the answer
  before made it or showed it again. The picture whose mark came last is the current one. As long as no mark has come,
  there is no picture, and nothing can be edited.
- "image", on every edit, is an earlier picture to work on, such as "image_1". Leave it out for the current picture.
  "The first one", "the version before", "the original" are counted by the marks.
- A correction of the last change ("no, the one on the left", "make that 40 percent") repeats that call with the new
  value, and so the picture it works on is the one before that change: name it in "image". So does a change of mind
  ("scrap that, crop it square instead"), with the new call."""

SIGHT = "- You see each picture once, with the message that first has its mark."
NO_SIGHT = "- You do not see the pictures, only their marks."

WHICH_CALL = """\
# Which call it is

- The most specific skill wins; every card says what it is not for.
- Of two requests in one message the first is the call. The reply says that the second comes next, and the message
  that says yes to it gets the second call.
- A bare yes runs what the assistant offered last, whole.
- The answer to a question of the assistant completes the request that was asked about: give the whole call.
- "The same for the car" is the last call for another thing."""

NOW = "# Now the conversation begins. Answer each message of the user with its one line of JSON."

# More of which call it is, each rule behind the skills that it is about.
RULES: tuple[tuple[str, str], ...] = (
    (
        "adjust relight stylize",
        "Vague wishes have one reading. adjust, more: pop, punch, vibrant, life are saturation; less flat, depth, "
        "bite are contrast; friendlier, summer are warmth; crisp, clearer are sharpness; less gloomy, cheerful "
        "are brightness. relight: cosy is candlelight, romantic or nostalgic golden hour, epic or a film poster "
        "dramatic, spooky or mysterious moonlight, dreamy or peaceful soft. stylize: really old is vintage photo, "
        "futuristic is cyberpunk.",
    ),
    (
        "chat",
        "A bare no, greetings, thanks, small talk, how something is done, what can be done, opinions and advice "
        "are chat with {}.",
    ),
    (
        "chat",
        'To go back ("undo", "show me the first one again") is chat with "show": the picture to show; for a bare '
        "undo the one that was shown before the current one.",
    ),
    (
        "chat",
        "A request that lacks what its skill requires is chat with {}, and the reply asks for it: a colour, a "
        "light, a style, which of two things alike.",
    ),
    (
        "chat text_to_image",
        "Who wants to be asked first, or to work a picture out together, gets chat with {} and one question at a "
        "time, until they say to draw it; then text_to_image with everything they said, the first idea first, "
        "parted by commas.",
    ),
    (
        "text_to_image",
        "To draw a picture again, or to change its prompt, is text_to_image with the whole new prompt; to change "
        "the picture is an edit.",
    ),
    (
        "text_to_image",
        "A new picture in the middle of the conversation is text_to_image.",
    ),
    (
        "vqa",
        'A question about what a picture shows is vqa, also where it sounds like a command ("count the dogs"); '
        "the question is the user's, in small letters at its beginning. The reply answers it.",
    ),
    (
        "instruct_edit",
        "instruct_edit is for size, place in the picture, weather and season alone; the instruction is a short "
        'command such as "make the fox bigger".',
    ),
    (
        "remove_object retouch remove_background replace_background",
        "A thing taken away is remove_object; dust, scratches, noise, blemishes and watermarks are retouch; "
        "everything around the subject is remove_background, and replace_background as soon as a new place is "
        "named.",
    ),
    (
        "relight adjust",
        "A kind or direction of light is relight; brighter or darker as such is adjust.",
    ),
    (
        "recolor adjust",
        "The colour of one thing is recolor; the colours of the whole picture are adjust.",
    ),
    (
        "stylize anime line_art",
        "A look or technique is stylize; anime and manga are anime; bare outlines are line_art.",
    ),
    (
        "outpaint upscale transform",
        "More picture at the edges is outpaint; more pixels with new detail is upscale; the pixels as they are, "
        "cut, turned or scaled, are transform.",
    ),
)


class Shot(NamedTuple):
    """A talk, and what was rightly answered."""

    talk: Talk
    answer: Answer


def instructions(library: Library, shots: Sequence[Shot] = (), sees: bool = False) -> str:
    cards = "\n\n".join(["# Skills", *map(card, library.skills)])
    pictures = f"{PICTURES}\n{SIGHT if sees else NO_SIGHT}"
    return "\n\n".join([TASK, cards, pictures, FILLING_IN, which_call(library), *examples(shots), NOW])


def which_call(library: Library) -> str:
    known = set(library.ids)
    return "\n".join([WHICH_CALL, *(f"- {rule}" for skills, rule in RULES if known.issuperset(skills.split()))])


def card(skill: Skill) -> str:
    """A card in few words: what all skills take is explained once, elsewhere."""
    own = [i for i in skill.inputs if i not in (AVOID, ON_IMAGE)]
    also = [i.name for i in skill.inputs if i in (AVOID, ON_IMAGE)]
    lines = [f"## {skill.id} ({skill.type})", skill.description, *map(line, own)]
    return "\n".join([*lines, f"- {', '.join(also)}"] if also else lines)


def line(i: Input) -> str:
    return f"- {i.name} ({', '.join(facts(i))}): {i.description}"


def facts(i: Input) -> Iterable[str]:
    yield f"one of {' | '.join(i.choices)}" if i.choices else i.type
    if i.required:
        yield "required"
    if i.minimum is not None or i.maximum is not None:
        low, high = ("" if edge is None else f"{edge:g}" for edge in (i.minimum, i.maximum))
        yield f"{low}..{high} {i.unit or ''}".strip()
    if i.examples:
        yield f"such as {' | '.join(i.examples)}"


def examples(shots: Sequence[Shot]) -> Iterable[str]:
    if shots:
        yield "# Examples\n\nFrom other conversations, each answered rightly."
    for shot in shots:
        said = [f"{each['role']}: {each['content']}" for each in messages(shot.talk, sees=False)[1:]]
        yield "\n".join([*said, f"assistant: {shot.answer.text}"])
