"""The words that the shop's data is made of."""

#: Department -> the motif of its pictures, and its categories with what one product is called.
DEPARTMENTS: dict[str, tuple[str, dict[str, str]]] = {
    "Lighting": (
        "lamp",
        {
            "Desk lamps": "desk lamp",
            "Floor lamps": "floor lamp",
            "Pendants": "pendant",
            "Lanterns": "lantern",
            "Wall lights": "wall light",
        },
    ),
    "Furniture": (
        "chair",
        {
            "Chairs": "chair",
            "Desks": "desk",
            "Shelves": "shelf",
            "Sofas": "sofa",
            "Stools": "stool",
        },
    ),
    "Kitchen": (
        "mug",
        {
            "Mugs": "mug",
            "Kettles": "kettle",
            "Knives": "knife",
            "Pans": "pan",
            "Teapots": "teapot",
        },
    ),
    "Audio": (
        "headphones",
        {
            "Headphones": "headphones",
            "Speakers": "speaker",
            "Turntables": "turntable",
            "Microphones": "microphone",
            "Amplifiers": "amplifier",
        },
    ),
    "Garden": (
        "plant",
        {
            "Planters": "planter",
            "Watering cans": "watering can",
            "Trowels": "trowel",
            "Benches": "bench",
            "Bird houses": "bird house",
        },
    ),
    "Cycling": (
        "bicycle",
        {
            "City bikes": "city bike",
            "Helmets": "helmet",
            "Panniers": "pannier",
            "Locks": "lock",
            "Bike lights": "bike light",
        },
    ),
    "Photography": (
        "camera",
        {
            "Cameras": "camera",
            "Lenses": "lens",
            "Tripods": "tripod",
            "Camera bags": "camera bag",
            "Film": "roll of film",
        },
    ),
    "Library": (
        "book",
        {
            "Novels": "novel",
            "Cookbooks": "cookbook",
            "Field guides": "field guide",
            "Sound libraries": "sound library",
            "Typefaces": "typeface",
        },
    ),
}

#: The department whose products are downloaded.
DIGITAL = "Library"

#: What the categories of the third level are called, before the name of the second.
BRANCHES = ("Everyday", "Travel", "Studio", "Heritage")

ADJECTIVES = (
    *("Quiet", "Tall", "Folding", "Nimble", "Northern", "Plain", "Patient", "Small", "Sunday"),
    *("Sturdy", "Weekend", "Winter", "Bright", "Honest", "Little", "Round", "Second", "Slow"),
)
MATERIALS = (
    *("oak", "linen", "steel", "copper", "birch", "cork", "felt", "glass", "walnut", "brass"),
    *("ceramic", "bamboo", "leather", "slate", "wool", "aluminium"),
)
EDITIONS = ("illustrated", "annotated", "complete", "pocket", "bilingual", "collected")

BRAND_STARTS = (
    *("Nord", "Hal", "Mari", "Os", "Tam", "Lind", "Bel", "Kors", "Vald", "Fen", "Ror", "Elm"),
)
BRAND_ENDS = ("vik", "dane", "wood", "berg", "ster", "holm", "more", "gate")

FIRST_NAMES = (
    *("Ada", "Amara", "Anton", "Beatriz", "Chen", "Dario", "Elif", "Emeka", "Farah", "Goran"),
    *("Hana", "Ines", "Jonas", "Kavya", "Lars", "Mei", "Nadia", "Olu", "Petra", "Quinn"),
    *("Rosa", "Sami", "Tove", "Uma", "Viktor", "Wanda", "Yusuf", "Zoe"),
)
LAST_NAMES = (
    *("Lovelace", "Almeida", "Bianchi", "Castro", "Diallo", "Eriksen", "Fischer", "Garcia"),
    *("Haddad", "Ivanova", "Jensen", "Kowalski", "Lindqvist", "Moreau", "Nakamura", "Okafor"),
    *("Petrov", "Rossi", "Silva", "Tanaka", "Usman", "Varga", "Weber", "Yilmaz"),
)
#: City, country and what its postcodes look like.
CITIES = (
    ("Lisbon", "Portugal", "1{:03}-{:03}"),
    ("Lyon", "France", "69{:03}"),
    ("Leipzig", "Germany", "04{:03}"),
    ("Gdańsk", "Poland", "80-{:03}"),
    ("Bergen", "Norway", "5{:03}"),
    ("Turin", "Italy", "10{:03}"),
    ("Ghent", "Belgium", "9{:03}"),
    ("Girona", "Spain", "17{:03}"),
    ("Graz", "Austria", "8{:03}"),
    ("Galway", "Ireland", "H91 A{:03}"),
    ("Tartu", "Estonia", "50{:03}"),
    ("Zürich", "Switzerland", "8{:03}"),
)
STREETS = ("Mill Lane", "Harbour Road", "Station Street", "Orchard Way", "Church Hill", "Quay")

#: Code, name and symbol.
CURRENCIES = (
    ("EUR", "Euro", "€"),
    ("GBP", "Pound sterling", "£"),
    ("USD", "US dollar", "$"),
    ("CHF", "Swiss franc", "Fr "),
)

SENTENCES = (
    "Made in small batches by people who use it themselves.",
    "It ages well, and every part of it can be replaced.",
    "We tried eleven versions before we were content with this one.",
    "The surface is oiled by hand and takes a patina over the years.",
    "It folds flat, weighs little and stands where you put it.",
    "Nothing about it asks for attention, and that is the point.",
    "The maker keeps the drawings and sells spare parts for twenty years.",
    "It comes in a box of cardboard, without any plastic.",
    "A guide of eight pages tells how to look after it.",
    "Half of what we sell of it goes to people who already have one.",
    "The first owner of the prototype still uses it every day.",
    "It was drawn for a reading room, and feels at home in any.",
    "Screws, not glue, hold it together.",
    "The colour comes from the material and will not flake off.",
    "It passes through the hands of four people before it leaves the workshop.",
    "If it ever breaks, send it back and we mend it.",
)

PRAISE = (
    "Better than I expected",
    "Does what it says",
    "A present that stayed with me",
    "Would buy it again",
    "Solid work",
    "Not for everybody",
    "It grew on me",
    "Simple and good",
)
OPINIONS = (
    "I have had it for three months now and use it every day.",
    "The parcel came two days late, but was packed with care.",
    "It is smaller than the picture made me think.",
    "My neighbours asked where I found it.",
    "One screw was loose; a friendly mail, and a new one came by post.",
    "The finish is flawless, even on the side that nobody sees.",
    "For the price I had hoped for a longer guarantee.",
    "It replaced one that I had kept for fifteen years.",
    "I would take the darker one next time.",
    "You notice that somebody thought about it.",
)
