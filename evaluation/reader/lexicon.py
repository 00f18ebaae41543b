"""Lexicon: classes of English words that readers look for, as fragments of regular expressions.

General knowledge, gathered without looking at any phrase bank: what people call colours, kinds of light, styles,
sides, faults, places.
"""

from collections.abc import Iterable


def either(words: Iterable[str]) -> str:
    """One fragment for any of these words, the longest first."""
    ordered = sorted({word.strip() for word in words}, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(word.replace(" ", r"[ -]") for word in ordered) + ")"


def listed(text: str) -> list[str]:
    return [word.strip() for word in text.replace("\n", " ").split(",") if word.strip()]


DETERMINER = r"(?:the|that|this|these|those|my|our|your|his|her|its|their)"
ARTICLE = r"(?:an?|one|some|another|the|two|three|four|five|six|several|a few|a couple of)"

SHADES = listed(
    "light, dark, pale, deep, bright, hot, neon, pastel, royal, sky, navy, lime, mint, forest, baby, electric, "
    "dusty, soft, rich, warm, cool, blood, brick, rose, olive, emerald, ruby, lemon, midnight, matte, shiny, "
    "metallic"
)
HUES = listed(
    "red, orange, yellow, green, blue, purple, violet, pink, brown, black, white, grey, gold, golden, silver, "
    "teal, turquoise, cyan, magenta, maroon, navy, beige, cream, ivory, lavender, lilac, mint, lime, olive, "
    "coral, salmon, peach, indigo, crimson, scarlet, burgundy, khaki, tan, mustard, charcoal, bronze, copper, "
    "aqua, amber, ochre, fuchsia, mauve, emerald, ruby, sapphire, chartreuse, rust, apricot, terracotta, ebony"
)
# Ice cream, traffic lights and "the rose" are things, not shades.
COLOUR = (
    rf"(?:#[0-9a-f]{{6}}|(?<!ice[ -])(?:(?<!traffic )(?<!street )(?!(?<=the )(?:rose|olive|lemon|brick)\b)"
    rf"{either(SHADES)}[ -])?{either(HUES)})"
)

PICTURE = (
    r"(?:pictures?|images?|photos?|photographs?|pics?|shots?|frame|scene|drawing|artwork|painting|illustration|"
    r"version)"
)
NOT_A_THING = frozenset(
    listed(
        "it, this, that, one, this one, that one, them, they, these, those, everything, all, the whole thing, whole "
        "thing, picture, image, photo, photograph, pic, shot, frame, scene, whole picture, whole image, whole scene, "
        "result, what, something, anything, nothing, someone, same scene, subject, main subject, let's, remaining "
        "one, background, colours, tones, rest, edges, thing, things, light, lighting, style, us, me, same, sorry"
    )
)
POINTED = r"(?:(?:that|this|the same) (?:one|thing|person|man|woman|guy|animal|figure|object)|the latter)"
PRONOUN = rf"(?:{POINTED}|it|that|this|them|him|her|those|these|they|he|she)"

STOP = either(
    listed(
        "come, comes, becoming, says, said, how, what, about, great, nice, good, cool, lovely, perfect, wonderful, "
        "amazing, a, an, the, and, or, but, so, because, since, if, when, while, than, then, that, this, which, who, "
        "where, whose, in, on, at, to, from, of, off, out, into, onto, with, without, for, by, as, over, under, near, "
        "beside, behind, between, next, above, below, around, up, down, away, is, are, was, were, be, been, become, "
        "becomes, became, has, have, had, having, can, could, should, would, will, must, might, may, ought, needs, "
        "need, do, does, did, don't, doesn't, isn't, shouldn't, wasn't, weren't, mustn't, wear, wears, wearing, hold, "
        "holding, carry, carrying, gone, go, goes, vanish, disappear, disappears, deleted, removed, erased, taken, "
        "cut, cropped, replaced, posed, bigger, smaller, larger, taller, shorter, wider, closer, nearer, further, "
        "forward, there, here, too, also, instead, again, please, now, only, just, not, no, never, it, them, him, "
        "her, me, us, you, i, we, they, he, she, i'd, i'll, it's, that's, look, looks, looked, stay, stays, remain, "
        "remains, alone, altogether, completely, entirely, anymore, any more, different, another, new, more, better, "
        "funnier, nicer, used, stands, stood, bothers, spoils, distracts, somewhere, transparent, isolated, turn, "
        "turns, make, makes, get, gets, paint, add, put, like, work, fit, suit, one day, asap, today, this time, to "
        "wear, took, take, like that, if possible"
    )
)

SITES = listed(
    "beach, seaside, seashore, coast, shore, harbour, port, lake, lakeside, river, waterfall, ocean, sea, reef, "
    "island, park, garden, backyard, yard, meadow, field, farm, farmyard, barn, orchard, vineyard, forest, wood, "
    "woods, jungle, rainforest, savannah, savanna, desert, dunes, mountains, mountain, hills, hillside, valley, "
    "cave, canyon, volcano, glacier, snow, city, town, village, street, alley, road, bridge, market, square, "
    "skyline, rooftop, castle, courtyard, palace, temple, ruins, church, library, museum, school, classroom, "
    "office, studio, kitchen, living room, bedroom, bathroom, room, attic, cellar, cafe, restaurant, bar, hotel, "
    "airport, station, stadium, arena, stage, circus, playground, zoo, hospital, laboratory, factory, warehouse, "
    "garage, space, moon, mars, planet, galaxy, underwater, underwater world, world, sky, clouds, countryside, "
    "landscape, sunset, sunrise, night sky, winter landscape, swamp, prairie, tundra, oasis, aquarium, "
    "greenhouse, workshop, ballroom, throne room, dungeon, spaceship, lagoon, bay, pier"
)
SITE = either(SITES)

STYLES = listed(
    "watercolour, oil painting, oil paint, oils, pop art, pixel art, pencil sketch, pencil drawing, pencil, "
    "charcoal, ink, ink drawing, pastel, pastels, crayon, gouache, acrylic, fresco, mosaic, stained glass, "
    "collage, paper cutout, papercut, origami, low poly, voxel, 3d render, 3d, clay, claymation, lego, "
    "embroidery, knitted, tapestry, woodcut, linocut, engraving, etching, blueprint, comic, comic book, cartoon, "
    "disney, pixar, ghibli, graffiti, street art, vintage, vintage photo, retro, sepia, polaroid, film noir, "
    "noir, black and white, monochrome, grayscale, greyscale, cyberpunk, steampunk, synthwave, vaporwave, art "
    "deco, art nouveau, bauhaus, baroque, renaissance, gothic, rococo, impressionist, impressionism, "
    "expressionist, expressionism, cubist, cubism, surrealist, surrealism, pointillism, pointillist, minimalist, "
    "minimalism, abstract, realistic, photorealistic, ukiyo-e, fantasy, van gogh, monet, picasso, dali, "
    "rembrandt, klimt, hokusai, warhol, munch, vermeer, banksy, chalk, chalkboard, isometric, flat design, "
    "vector, felt, ceramic, neon sign, risograph, screen print, children's book, storybook, psychedelic, doodle, "
    "sketch"
)
STYLE = either(STYLES)

LIGHTS = {
    "golden hour": r"golden (?:hour|evening|light|glow|sun\w*)|(?:evening|late[- ]afternoon|sunset|sunrise|"
    r"low) (?:sun\w*|"
    r"light)"
    r"|(?:warm )?(?:evening|sunset|sunrise) (?:light|glow)|before sunset|light of (?:sunset|sunrise|the "
    r"(?:setting|evening) sun)",
    "blue hour": r"blue (?:hour|light|twilight|dusk)|twilight|(?:light|glow|blue) of (?:dusk|twilight)|after sunset|"
    r"dusk",
    "moonlight": (
        r"moon ?light\w*|moonlit|(?:full )?moon(?:'s)? (?:light|glow)|(?:light|glow) of (?:the |a )?(?:full "
        r")?moon|by the moon"
    ),
    "candlelight": r"candle ?light\w*|candlelit|candles?|flicker\w*",
    "neon": r"neon",
    "studio": (
        r"(?:photo )?studio(?: \w+)? (?:light\w*|lamps?)|studio lit|(?:light\w*|lit|lamps?) (?:\w+ "
        r"){0,3}(?:photo )?studio|studio"
    ),
    "dramatic": r"dramatic\w*|moody|cinematic|chiaroscuro|theatrical",
    "soft": r"soft\w*|diffuse\w*|gentle|mild",
}
LIGHT_WORD = (
    r"(?:light(?:ing|s|ed|en)?|lit|relight|illuminat\w+|glow(?:ing)?|lamps?|hour|twilight|moonlight|candlelight|mood)"
)

FAULTS = {
    "dust": r"dust\w*|specks?|lint",
    "scratches": r"scratch\w*|creases?|cracks?",
    "noise": r"(?:de-?)?nois[ey]\w*|denois\w*|grain\w*",
    "blemishes": r"blemish\w*|pimples?|acne|spots on (?:the|my|her|his) (?:skin|face)|skin",
    "watermark": r"water ?marks?|stamp across",
}

NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "1st": 1, "2nd": 2, "3rd": 3, "4th": 4, "5th": 5, "6th": 6, "7th": 7,
}  # fmt: skip

WORN = either(
    listed(
        "hat, cap, crown, helmet, glasses, sunglasses, goggles, scarf, tie, bow tie, bowtie, headphones, necklace, "
        "ribbon, mask, cape, cloak, backpack, boots, shoes, gloves, earrings, monocle, beanie, top hat, graduation "
        "cap, party hat, straw hat, baseball cap, wig, moustache, beard, apron, jacket, coat, dress, collar, bandana, "
        "flower crown, tiara"
    )
)

REMOVE = (
    r"(?:remov|delet|eras|los|drop|eliminat|edit|photoshop|wip|clear|cut|clean|rub|scrub|airbrush|hid|ditch|"
    r"scrap|banish|discard|omit|strip|pull|throw|kick|brush|clon)(?:e|es|ing|ping|ting|ed|s)?"
)
