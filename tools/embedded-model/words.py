"""The word lists that the synthetic English is made of, but for the names: see names.py."""

NUMBERS = """
one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty
""".split()

ADJECTIVES = """
top-notch good great bad brilliant clever smart kind famous young old talented terrible quiet happy
friendly brave honest careful lazy strong local wonderful poor excellent popular new gifted
""".split()

ROLES = """
student teacher doctor player writer artist lawyer nurse farmer singer dancer painter engineer
scientist driver cook soldier actor runner worker lady man woman friend neighbour
""".split()

PLACES = """
store park school office hospital restaurant library station market garden house beach church
museum kitchen hotel cinema shop bank bar farm lake
""".split()

OBJECTS = """
drink book ball ring letter apple flower box key bottle cup pen coat hat map gift picture ticket
phone bag bone computer basketball necklace kiss snack
""".split()

CITIES = """
London Paris Rome Berlin Madrid Boston Chicago Dublin Vienna Lisbon Texas Canada Italy France Spain
England
""".split()

# What lasts for years.
EVENTS = """
war reign siege strike trial project journey voyage study revolution crisis conflict campaign plague
festival expedition dispute famine drought feud
""".split()

# (past participle or nothing for "has", things counted)
DEEDS = [
    ("won", ["Champions League titles", "titles", "medals", "games", "prizes", "races",
             "trophies", "gold medals", "World Cup titles", "matches", "awards", "cups"]),
    ("scored", ["goals", "points"]),
    ("written", ["books", "letters", "songs", "poems", "stories"]),
    ("read", ["books", "letters", "stories", "pages"]),
    ("sold", ["cars", "books", "houses", "tickets", "pictures"]),
    ("bought", ["cars", "apples", "books", "tickets", "flowers", "shirts"]),
    ("painted", ["pictures", "houses", "walls"]),
    ("visited", ["countries", "cities", "museums"]),
    ("planted", ["trees", "flowers"]),
    ("caught", ["fish", "birds"]),
    ("made", ["cakes", "films", "toys", "mistakes", "records"]),
    ("eaten", ["apples", "cakes", "eggs", "cookies"]),
    ("found", ["coins", "keys", "stones"]),
    ("lost", ["games", "coins", "keys", "matches"]),
    ("played", ["games", "matches", "songs"]),
    ("", ["cars", "dogs", "cats", "apples", "books", "coins", "friends", "houses", "children",
          "horses", "brothers", "sisters", "balls", "eggs", "points", "titles", "medals"]),
]

# Other everyday words: they take slots now and then, so that edits by hand meet a trained model.
COMMON = """
time year people way day thing world life hand part child eye week case company system program
question work government number night point home water room mother area money story fact month lot
right study job word business issue side head father hour line end member law car city community
name president team minute idea kid body information back parent face others level door health
person art war history party result change morning reason research girl guy moment air force
education big small large long little high different early important public able best better sure
free easy full red blue black cold hot warm dark light sun moon river mountain tree road street
town village table chair window animal dog cat horse bird fish food bread milk tea coffee sugar
music game ball film show language English French German Italian Spanish American British science
computer machine model data language summer winter spring Monday Friday Sunday January June
professor captain manager director pilot judge king queen prince champion coach goalkeeper striker
striking chess tennis football basketball piano guitar strange funny beautiful ugly rich angry sad
proud tired hungry rude polite famous modern ancient
""".split()

FILLERS = """
The weather was nice that day.
It was a cold morning.
The sun was high in the sky.
It had been a long year.
Everyone was very happy about it.
Nobody knew what to say.
This is a true story.
It rained all day long.
People talk about it a lot.
The news came late at night.
There was music in the street.
That was a long time ago.
We all know the story.
It is a good thing to know.
The town was quiet.
Some people like to count such things.
The door was open.
Here are some facts.
Many people were there.
Let us look at the facts.
The children were playing in the garden.
The food was good.
""".strip().splitlines()

# Words of any English text: they have tokens of their own, and rarely take a slot.
EVERYDAY = """
over because could would should about their them they into than then these those your our its only
even where how which been being were does did make made take took come came know knew think thought
see saw get got give tell told feel felt leave left call put keep kept let begin seem help turn
start hear heard run ran move live believe hold bring brought happen wrote sit stand lose pay meet
include continue set learn lead understand watch follow stop create speak open walk offer remember
love consider appear buy wait serve die send expect build stay fall reach kill remain always never
again still already often sometimes together however through between under against during without
within along across behind since until while before after down off away every each much both few
many own same such too yes please maybe really today tomorrow yesterday tonight here there
something nothing anything everything someone everyone first second third last next hundred
thousand million him himself herself themselves myself might must shall may can cannot capital
country bigger smaller larger best older younger plays played works worked lives lived knows says
said asked answered loves likes liked
""".split()

IRREGULAR = {"children": "child", "fish": "fish", "matches": "match", "boxes": "box"}
