"""Spelling: words that readers look for, and words that are right as they are; text.py mends slips between the two."""

import re

CUES = frozenset(
    re.findall(
        r"[a-z]{3,}",
        """
        about above beside count illustration setting start version weather wear with without
        about above across actually add adding again against all also anime another any anything around art
        away back background backdrop backwards before behind below between bigger black blemishes blue blur blurrier
        blurry board bold both bottom brand brighten brighter brightness bring brown brush bye can caption cartoon
        centre
        change changing charcoal clean clear clockwise close closer collage colour colouring colours contours contrast
        cooler copy corner could create crop cropped crossed curious cutout dark darken darker delete design different
        dim direction disappear dissolve don't double drawing drawn drop dust edge edges edit enlarge enlarged erase
        every
        everything everywhere exchange expand explain extend exposure favour filter fine first fix flatten flip
        flipped
        fold foreground forest from generate get give gold golden gone grateful green grey half handle have having
        headline heading heavy hello here's high higher horizontal imagine image improve increase instead into isolate
        just keep landscape larger leave left letters letter light lighten lighter lighting like line lines look looks
        lose love lower lowest make making manga many maybe middle minus mirror mirrored more move moving much need
        never
        next night nobody noise nothing number off only orange original other outline outlines outpaint over paint
        panel
        panorama past pencil people perhaps picture pictures pink pixel pixels place please pose poster possible
        prefer
        previous print prompt property purple push put putting quadruple quality question quick rain ratio rather
        really
        recolour reduce remove removing render repaint replace resize resolution rest restore retouch richer right
        rotate rotated same saturation scene scratches scribble second sentence shadow sharp sharpen sharper sharpness
        should show showing shrink side sides size sketch skeleton skin sky small smaller soft softer something sorry
        square sticker stick strength stronger style stylise subject sure swap switch take taking teal tell text thank
        thanks that the them then there these thing third this those three surprise except dress weather legs arms
        through times title tones touch touching
        trade transform transparent transport treatment trim triple turn turquoise twice undo uncrop upscale use
        version
        vertical very view want warm warmer warmth was watercolour watermark wear wearing were what where which white
        wider will wipe wish with without word words work would write wrong yellow your
        """,
    )
)

KNOWN = CUES | frozenset(
    re.findall(
        r"[a-z]{3,}",
        """
        might sight fight tale tales tender gender each other such those while whose their being both during few
        house mouse piece peace place plane plate store stare share shore short shirt skirt court count coast roast
        air ant apple armchair astronaut axe baby bag baker ball balloon banana band bank barrel basket bat bath
        beach bean
        bear bed bee beer bell bench bike bird bits boar boat body bone boot boots bowl box boy branch bread brick
        bride
        broom bucket bug bull bunny bus butter cab cake camel camp candle cane canoe cap cape car card care cart case
        cat
        cave chain chair cheese chef cherry chest chick child clay cliff clock cloud clover coat coin cook cop coral
        corn
        cot cow crab crane crow crown cup curtain dance dancer deer desk dish dog doll donut door dove dragon dress
        drum
        duck eagle ear egg elf eye face fairy fan farm farmer fence fern field fig fire fish flag floor flower fly
        foal
        food foot fort fountain fox frame friend frog fruit game garden gate ghost gift girl glass glasses globe
        glove goat
        goose grape grass ground guard guest guitar gun hair ham hand hare hat hawk head hen hill hive hole home hood
        horn horse hose house hut ice ink island jar jeep jet jug kid king kite knight knot lace ladder lady lake lamb
        lamp land leaf leg lemon lily lime lion lips lizard llama lock log loop mail man map mare mask mast mat
        meadow meal men mice milk mist moat mole monk moon moose moth mouse mouth mug mule nail neck nest net nose
        nut oak
        oar oven owl ox palm pan park parrot path paw pea pear pen pet pie pig pilot pin pine pipe pirate pizza plane
        plant
        plate plum pond pony pool pot potato prince puppy queen rabbit raft rail ram rat raven reed reef rice ring
        river
        road robe robot rock rocket roof room rooster root rope rose rug sack sail salad sand scarf scooter sea seal
        seat
        shark sheep shell ship shirt shoe shop shore sign singer skier skirt skull sled slide snail snake snow snowman
        soap sock sofa soup spear spider spoon stage stair star statue steak stone stool storm stove straw street suit
        sun sweet sword table tail tank tea teapot tent tie tiger tire toad toast toe tomato tool tooth top tower
        town toy
        track train tray tree truck tub tulip turtle umbrella van vase vest vine violin wagon wall wand watch water
        wave
        web well whale wheel wig window wine wing wire wolf woman women wood wool worm yacht yard zebra read road seed
        feel feels felt fell fill find fit five four free full fun glad goes good great grow had hard has hear heart
        help
        her him his hold hope hot how its it's kind know last late let let's lie life live long lost low made main
        mean
        meant mind mine money month mood most must name near nice not now odd oil old once one our out own pair part
        pass pay play plain point pop poor post pull race rate real red ride rise road role run sad said sale save
        saw say
        see seem seen sell send sent set shape share shared she short shot shut sit six sleep slow smile smooth soil
        sold
        some song soon sort sound spin spot stand start stay steal step stop story such tall task team ten than them
        they
        thin think tie time tiny told ton too try two type upon used wait wake walk warn wash way weak week went wet
        who
        why wide wild win wind wise yes yet you zoo work world young bats cats dogs kept keen deep dear done down drew
        even ever eight evening ends fail fall far fast few form fresh front hanging hours hours idea idol inch join
        junk key lack lawn leaves less lift lift list load lone lot loud mad mark mass meet mess mile moment morning
        father mother sister brother uncle aunt daughter niece nephew dawn draw hour may trace pictured stock god
        though loose than then colder brave grave hoped
        moved names neat needs news none note okay older open order ours pack page paid pale paper party pick plan
        plus
        poem pour pretty proud pure quite rare reach ready rich rough round row rule safe sail scale score seems
        shade shine
        sick silver sense sing slight slightly solid somewhat space speed split spring stack stuff sugar summer swim
        tape
        taxi test thick tight tip tips title tour trail trip true tune unit usual visit voice vote wants warmly
        weather
        weird wheat whole wishes wore worn worth wow write wrote year years flashy
        """,
    )
)
