"""Spoilt texts: an answer that breaks off or comes in the wrong wrapping, and replies that echo, loop or come in
another tongue. Each gives the text as a model would have written it, or None where it cannot happen here.
"""

import json

from generators.policy.moment import Moment, tables
from schemas.answer import Answer, Call

LOOPS = 4


def malformed(m: Moment) -> str | None:
    """No text here can be read as an answer."""
    answer = m.gold
    text = m.rng.choice([cut_off, unclosed, otherwise_shaped, wrapped, wrapped, bare_words])(answer, m)
    return text if Answer.parse(text) is None else None


def cut_off(answer: Answer, m: Moment) -> str:
    """Where the budget of tokens ends: mostly within the reply, now and then before."""
    text = answer.text
    least = text.index('"reply"') if m.rng.random() < 0.7 else len(text) // 3
    return text[: m.rng.randrange(least, len(text) - 1)]


def unclosed(answer: Answer, m: Moment) -> str:
    text = answer.text
    slips = (
        text[:-1],
        text.replace("}, ", ", ", 1),
        text.replace('", "', '" "', 1),
        f"{text}}}",
        f"{text[:-1]},}}",
        text.replace('"reply": ', "reply: ", 1),
    )
    return m.rng.choice(slips)


def otherwise_shaped(answer: Answer, m: Moment) -> str:
    """The same said in a shape learnt elsewhere: Python, a function call, other keys."""
    call = answer.call
    arguments = ", ".join(f"{name}={value!r}" for name, value in call.parameters.items())
    shapes: list[object] = [
        {"name": call.intent, "arguments": call.parameters},
        {"tool": call.intent, "parameters": call.parameters, "reply": answer.reply},
        {"intent": call.intent, "parameters": json.dumps(call.parameters), "reply": answer.reply},
        {"intent": call.intent, "parameters": call.parameters},
        {"intent": call.intent, **call.parameters, "reply": answer.reply},
        [{"intent": call.intent, "parameters": call.parameters, "reply": answer.reply}],
    ]
    texts = [json.dumps(shape, ensure_ascii=False) for shape in shapes]
    texts += [
        str(json.loads(answer.text)),
        f"{call.intent}({arguments})",
        f"{call.intent}({arguments})\n{answer.reply}",
    ]
    return m.rng.choice(texts)


def wrapped(answer: Answer, m: Moment) -> str:
    return m.rng.choice(tables().around).replace("{intent}", answer.call.intent).replace("{answer}", answer.text)


def bare_words(answer: Answer, m: Moment) -> str:
    return answer.reply


def parroted(m: Moment) -> str | None:
    """The right call with a reply that only repeats, or the last turn's answer all over again."""
    echoes = [Answer(call=m.gold.call, reply=echo.replace("{user}", m.turn.user)) for echo in tables().parrots]
    if m.before:
        last = m.before[-1]
        echoes += [Answer(call=m.gold.call, reply=last.reply)] * 2
        if last.call != m.gold.call:
            echoes += [last.answer] * 5
    return m.rng.choice(echoes).text


def wrong_language(m: Moment) -> str:
    """The right call with a reply in another tongue, which now and then gets into the parameters too."""
    tongue = m.rng.choice(sorted(tables().languages))
    kind = {"talk": "talks", "ask": "asks"}.get(m.skill.type, "draws")
    reply = m.rng.choice(tables().languages[tongue][kind])
    own = tables().values.get(tongue, {})
    parameters = {name: own.get(str(value), value) for name, value in m.gold.call.parameters.items()}
    call = Call(intent=m.gold.call.intent, parameters=parameters)
    return Answer(call=call if m.rng.random() < 0.5 else m.gold.call, reply=reply).text


def garbled(m: Moment) -> str:
    """The right call with a reply that stumbles: a loop, a stutter, scraps of a chat template, no end."""
    reply = m.rng.choice([looped, looped, stuttered, scrapped, run_on, run_on, shuffled])(m.gold.reply, m)
    return Answer(call=m.gold.call, reply=reply).text


def looped(reply: str, m: Moment) -> str:
    words = reply.split()
    phrase = " ".join(words[-min(len(words), m.rng.randint(3, 6)) :])
    return " ".join([reply, *[phrase] * m.rng.randint(2, LOOPS)])


def stuttered(reply: str, m: Moment) -> str:
    words = reply.split()
    at = m.rng.randrange(len(words))
    return " ".join([*words[:at], *[words[at].strip(".,!?")] * m.rng.randint(3, 7), *words[at + 1 :]])


def scrapped(reply: str, m: Moment) -> str:
    return reply + m.rng.choice(tables().scraps)


def run_on(reply: str, m: Moment) -> str:
    """It does not stop, and writes the user's next line too."""
    return reply + m.rng.choice(tables().run_ons).replace("{user}", m.turn.user).replace("{reply}", reply)


def shuffled(reply: str, m: Moment) -> str:
    words = reply.strip(".!?").split() * 2
    m.rng.shuffle(words)
    return " ".join(words)
