"""Who buys in the shop, and what: invented people, addresses that reach nobody."""

from decimal import Decimal

#: Names, and the part of the address before `@example.com`.
CUSTOMERS: tuple[tuple[str, str], ...] = (
    ("Ada Lindqvist", "ada.lindqvist"),
    ("Alejandro Núñez Peña", "alejandro.nunez"),
    ("Анна Кузнецова", "anna.kuznetsova"),
    ("Aoife Ní Bhriain", "aoife.nibhriain"),
    ("Björn Þórsson", "bjorn.thorsson"),
    ("Bruno Conceição", "bruno.conceicao"),
    ("Chloé Lefèvre", "chloe.lefevre"),
    ("Дмитрий Соловьёв", "dmitri.soloviev"),
    ("Élodie Gagné", "elodie.gagne"),
    ("Екатерина Щербакова", "ekaterina.shcherbakova"),
    ("Fatima Zahra El Idrissi", "fatima.elidrissi"),
    ("Grace O'Malley-Smith", "grace.omalley"),
    ("Іван Ґалаґан", "ivan.galagan"),
    ("Jiří Dvořák", "jiri.dvorak"),
    ("Kwame Mensah", "kwame.mensah"),
    ("Łukasz Wiśniewski", "lukasz.wisniewski"),
    ("Mai Nguyễn", "mai.nguyen"),
    ("Мария Ёлкина", "maria.yolkina"),
    ("Nguyệt Ánh Trần", "anh.tran"),
    ("Ольга Петрова-Водкина", "olga.petrova"),
    ("Priya Raghunathan", "priya.raghunathan"),
    ("Søren Åkesson", "soren.akesson"),
    ("Şebnem Çağlar", "sebnem.caglar"),
    ("Tomás Ó Súilleabháin", "tomas.osuilleabhain"),
    ("Tom Wu", "tom.wu"),
    ("Zoë van der Berg", "zoe.vanderberg"),
    ("山田 花子", "hanako.yamada"),
    ("김민준", "minjun.kim"),
)

#: Names, prices and how many there are.
PRODUCTS: tuple[tuple[str, Decimal, int], ...] = (
    ("Beeswax candle", Decimal("9.50"), 140),
    ("Bread knife", Decimal("34.00"), 25),
    ("Café filter, porcelain", Decimal("22.90"), 60),
    ("Cast-iron pan, 26 cm", Decimal("54.00"), 18),
    ("Chessboard, walnut", Decimal("119.00"), 7),
    ("Desk lamp", Decimal("79.90"), 31),
    ("Enamel mug", Decimal("12.00"), 220),
    ("Fountain pen", Decimal("48.50"), 44),
    ("Hammock", Decimal("89.00"), 12),
    ("Linen apron", Decimal("39.00"), 53),
    ("Notebook, dotted", Decimal("7.90"), 400),
    ("Raincoat", Decimal("129.00"), 22),
    ("Sharpening stone", Decimal("27.50"), 36),
    ("Teapot, 1.2 l", Decimal("45.00"), 29),
    ("Watering can", Decimal("31.90"), 41),
    ("Wool blanket", Decimal("98.00"), 15),
)
