//! What the labels of the sets and the topics of the packs mean to each other. A reader must be able to agree with it.

/// Topics that are no complaint by themselves: questions, wishes, thanks, and what is no message to a brand at all. Every
/// other topic counts as a complaint, `complaint` of the pack `core` among them.
pub(crate) const NO_COMPLAINT: &[&str] = &[
    "acknowledgement",
    "are-you-a-bot",
    "auto-reply",
    "bag-allowance",
    "boarding",
    "cabin-bag",
    "cancel-booking",
    "check-in",
    "contact",
    "dealer",
    "documents",
    "family",
    "fares",
    "flight-status",
    "gate-change",
    "greeting",
    "how-to",
    "influencer",
    "invoice",
    "job",
    "language-not-served",
    "lost-item",
    "miles",
    "name-change",
    "order-status",
    "out-of-stock",
    "pets",
    "praise",
    "praise-crew",
    "praise-flight",
    "praise-product",
    "press",
    "price",
    "product-question",
    "routes",
    "seats",
    "solved",
    "spam",
    "special-assistance",
    "sponsoring",
    "stop",
    "store-visit",
    "suggestion",
    "thanks",
    "unaccompanied-minor",
    "upgrade",
    "voucher",
    "wants-person",
    "weather-waiver",
];

/// Topics that say nothing of what a message is about: to be read as one of these is not yet to be understood.
pub(crate) const UNSPECIFIC: &[&str] = &[
    "abuse",
    "acknowledgement",
    "are-you-a-bot",
    "auto-reply",
    "complaint",
    "greeting",
    "influencer",
    "language-not-served",
    "praise",
    "praise-crew",
    "praise-flight",
    "praise-product",
    "press",
    "solved",
    "spam",
    "stop",
    "thanks",
];

/// A label, and the topics that are right for it.
pub(crate) type Meaning = (&'static str, &'static [&'static str]);

/// The reasons of the airline set. The people who labelled it chose one of ten; "Can't Tell" is none.
pub(crate) const AIRLINE_REASONS: &[Meaning] = &[
    (
        "Late Flight",
        &[
            "delay",
            "missed-connection",
            "flight-status",
            "tarmac",
            "tarmac-unwell",
            "stranded",
            "diverted",
            "schedule-change",
        ],
    ),
    (
        "Cancelled Flight",
        &[
            "cancellation",
            "rebooking",
            "cancel-booking",
            "phone-queue-rebooking",
            "stranded",
            "weather-waiver",
        ],
    ),
    ("Lost Luggage", &["lost-bag", "bag-belt"]),
    ("Damaged Luggage", &["damaged-bag"]),
    (
        "Customer Service Issue",
        &[
            "phone-queue",
            "phone-queue-rebooking",
            "no-answer",
            "no-help",
            "poor-service",
            "staff",
            "refund",
            "rebooking",
            "wants-person",
            "compensation",
            "contact",
            // Nobody could be reached there either.
            "website",
        ],
    ),
    ("Flight Attendant Complaints", &["staff"]),
    ("Bad Flight", &["seats", "food-and-wifi", "cabin"]),
    (
        "Flight Booking Problems",
        &[
            "website",
            "booking",
            "payment",
            "refund",
            "miles",
            "check-in",
            "rebooking",
            "seats",
            "cancel-booking",
            "fares",
            "voucher",
            "name-change",
            "upgrade",
        ],
    ),
    ("longlines", &["long-lines", "check-in", "phone-queue"]),
];

/// The labels of the care set that say more than which product it is about.
pub(crate) const CARE_LABELS: &[Meaning] = &[
    ("Account", &["account-access", "account-security"]),
    ("App", &["website", "broken-product"]),
    ("Bad Support", &["no-answer", "wants-person"]),
    ("Battery", &["broken-product", "repair", "warranty"]),
    ("Billing/Payment", &["billing", "refund", "subscription"]),
    ("Delivery", &["late-delivery", "order-status", "courier"]),
    ("Order Cancellation", &["cancel-order", "refund"]),
    ("Packaging", &["courier", "wrong-item"]),
    ("Refund", &["refund", "billing", "return"]),
    (
        "Replacement",
        &["broken-product", "return", "warranty", "wrong-item"],
    ),
    ("Return", &["return", "refund"]),
    (
        "Unresponsive/Freezing Device",
        &["broken-product", "website"],
    ),
];

/// Whether the table has the label, and whether the topic is right for it.
pub(crate) fn is_right(table: &[Meaning], label: &str, topic: &str) -> Option<bool> {
    let (_, topics) = table.iter().find(|(known, _)| *known == label)?;
    Some(topics.contains(&topic))
}

/// The pack of the trade that a company on Twitter is in; the general one for those not named.
pub(crate) fn trade(company: &str) -> &'static str {
    const AIRLINES: &[&str] = &[
        "airasiasupport",
        "alaskaair",
        "americanair",
        "british_airways",
        "delta",
        "jetblue",
        "southwestair",
        "united",
        "virginamerica",
        "virginatlantic",
    ];
    const BANKS: &[&str] = &[
        "ask_wellsfargo",
        "askamex",
        "askciti",
        "askpaypal",
        "bofa_help",
        "chasesupport",
    ];
    const TELECOMS: &[&str] = &[
        "airtel_care",
        "ask_spectrum",
        "boostcare",
        "centurylinkhelp",
        "comcastcares",
        "coxhelp",
        "glocare",
        "idea_cares",
        "o2",
        "safaricom_care",
        "sprintcare",
        "tmobilehelp",
        "uscellularcares",
        "verizonsupport",
    ];
    let company = company.to_ascii_lowercase();
    for (trade, companies) in [
        ("airline", AIRLINES),
        ("bank", BANKS),
        ("telecom", TELECOMS),
    ] {
        if companies.contains(&company.as_str()) {
            return trade;
        }
    }
    "brand"
}
