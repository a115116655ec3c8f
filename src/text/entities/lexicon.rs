//! What words of English, German and Spanish mean to the search: days, months, units, currencies, and words that
//! announce something.

use std::sync::LazyLock;

/// What a word announces or joins; a set of bits.
pub(super) type Roles = u32;

/// A word of place, before an airport.
pub(super) const PLACE: Roles = 1;
/// Before a time of day.
pub(super) const CLOCK: Roles = 1 << 1;
/// Before a time of day or a year.
pub(super) const SINCE: Roles = 1 << 2;
/// Before a date.
pub(super) const DATED: Roles = 1 << 3;
/// Announces a booking code, alone or with more words.
pub(super) const BOOKING: Roles = 1 << 4;
/// Announces nothing else than a booking code.
pub(super) const LOCATOR: Roles = 1 << 5;
/// Goes with a word of booking: reference, code.
pub(super) const REFERENCE: Roles = 1 << 6;
/// Number, no., Nr.
pub(super) const NUMBER: Roles = 1 << 7;
/// Is, ist, es.
pub(super) const IS: Roles = 1 << 8;
pub(super) const ORDER: Roles = 1 << 9;
pub(super) const PHONE: Roles = 1 << 10;
/// Between a word of calling and the number.
pub(super) const FILLER: Roles = 1 << 11;
pub(super) const CARD: Roles = 1 << 12;
pub(super) const PASSPORT: Roles = 1 << 13;
pub(super) const BAG: Roles = 1 << 14;
pub(super) const TICKET: Roles = 1 << 15;
pub(super) const VIN: Roles = 1 << 16;
pub(super) const IBAN: Roles = 1 << 17;
pub(super) const FLIGHT: Roles = 1 << 18;
/// What a number counts: people, bags.
pub(super) const COUNTED: Roles = 1 << 19;
/// A code after these is no booking: promo, post.
pub(super) const OTHER_CODE: Roles = 1 << 20;
pub(super) const AIRPORT: Roles = 1 << 21;
/// The `at` and `dot` of a mail address that is spelt out.
pub(super) const AT: Roles = 1 << 22;
pub(super) const DOT: Roles = 1 << 23;
/// The end of a web address.
pub(super) const DOMAIN: Roles = 1 << 24;
/// The start of a web address.
pub(super) const WEB: Roles = 1 << 25;
/// Joins the parts of a list or of a duration.
pub(super) const AND: Roles = 1 << 26;
/// Between a day and its month.
pub(super) const OF: Roles = 1 << 27;
/// What happens to a flight, right after its number.
pub(super) const EVENT: Roles = 1 << 28;
/// Noon, midnight, half past: a time without a digit.
pub(super) const HOUR: Roles = 1 << 29;

/// A day by name.
pub(super) const DAY: Roles = 1 << 30;
/// A unit of time.
pub(super) const UNIT: Roles = 1 << 31;

const ROLES: &[(Roles, &str)] = &[
    (
        PLACE,
        "from to at in into via leaving reached near through towards through ab nach von aus über in bei bis desde hasta hacia en a de por",
    ),
    (
        CLOCK,
        "at um las dep arr arrive arrives arriving depart departs departing boarding abflug ankunft",
    ),
    (
        SINCE,
        "around approx gegen by until till since before after from ab bis seit vor nach desde hasta",
    ),
    (
        DATED,
        "on by until till since before after from for of this next last am vom zum ab bis seit den dem der diesen nächsten letzten el del este próximo pasado dated date datum fecha every coming",
    ),
    (
        BOOKING,
        "pnr locator localizador booking bookings reservation reference ref confirmation conf buchung buchungscode buchungsnummer buchungsnr buchungsreferenz buchungskennung reservierung reservierungsnummer reservierungscode reserva reservación code código codigo",
    ),
    (
        LOCATOR,
        "pnr locator localizador buchungscode buchungsnummer buchungsnr buchungsreferenz buchungskennung reservierungsnummer reservierungscode",
    ),
    (
        REFERENCE,
        "reference ref number no nr code locator confirmation id num nummer número numero nº n código codigo de reserva booking reservation",
    ),
    (
        NUMBER,
        "no nr number num nummer numero número nº n id code tag nbr",
    ),
    (IS, "is ist lautet es was war s are"),
    (
        ORDER,
        "order orders bestellung bestellnummer bestellnr auftrag auftragsnummer pedido pedidos invoice rechnung rechnungsnummer factura purchase",
    ),
    (
        PHONE,
        "call phone tel telephone mobile cell cellphone whatsapp ring sms text nummer number telefon telefonnummer handy handynummer mobilnummer rückruf anrufen ruf ruft rufen anruf teléfono telefono móvil movil celular fon dial",
    ),
    (
        FILLER,
        "me us is on at back no mich an unter ist al es en mi my s him her or bitte please it el the under",
    ),
    (
        CARD,
        "card cards visa mastercard amex kreditkarte karte kartennummer tarjeta debit credit cc maestro",
    ),
    (
        PASSPORT,
        "passport passports reisepass reisepassnummer passnummer pasaporte ausweis ausweisnummer personalausweis personalausweisnummer dni nie ssn",
    ),
    (
        BAG,
        "bag bags bagtag baggage tag tags luggage suitcase koffer koffernummer gepäck gepaeck gepäckanhänger gepäcknummer maleta maletas equipaje etiqueta",
    ),
    (
        TICKET,
        "ticket tickets eticket tkt ticketnummer ticketnr flugschein billete boleto",
    ),
    (
        VIN,
        "vin chassis fahrgestellnummer fahrgestell fin bastidor",
    ),
    (IBAN, "iban"),
    (
        FLIGHT,
        "flight flights flt flug flüge flugnummer flugnr vuelo vuelos",
    ),
    (
        COUNTED,
        "h hrs people pax passengers passenger seats seat times persons kids children adults guests miles km kg lb lbs pounds bags items points am pm uhr veces personas pasajeros leute personen passagiere gäste mal others customers of passports dollars euros percent degrees m cm mm gb mb kmh mph feet ft",
    ),
    (
        OTHER_CODE,
        "promo discount voucher coupon gutschein rabatt dress zip post postal area error source qr bar color country descuento promocional error status",
    ),
    (AIRPORT, "airport flughafen aeropuerto terminal"),
    (AT, "at arroba ät"),
    (DOT, "dot punkt punto"),
    (
        DOMAIN,
        "com org net uk de es eu io ly me co app aero fr it ch us info",
    ),
    (WEB, "http https www"),
    (AND, "and und y e or oder"),
    (OF, "of de"),
    (
        EVENT,
        "cancelled canceled cancels diverted delayed delays late landed departed boarding departs arrives gestrichen annulliert verspätet umgeleitet cancelado retrasado desviado is",
    ),
    (
        HOUR,
        "noon midday midnight mitternacht mediodía mediodia medianoche past halb",
    ),
    (BAG, "anhänger"),
];

const DAYS: &[(&str, &str)] = &[
    ("+0", "today tonight heute hoy"),
    ("+1", "tomorrow tmrw tomoro morgen mañana"),
    ("-1", "yesterday gestern ayer"),
    ("+2", "übermorgen uebermorgen overmorrow"),
    ("-2", "vorgestern anteayer antier"),
    ("MON", "monday montag lunes"),
    ("TUE", "tuesday dienstag martes"),
    ("WED", "wednesday mittwoch miércoles miercoles"),
    ("THU", "thursday donnerstag jueves"),
    ("FRI", "friday freitag viernes"),
    ("SAT", "saturday samstag sonnabend sábado sabado"),
    ("SUN", "sunday sonntag domingo"),
];

/// These are other words as well; a day only where the text says so.
const SHORT_DAYS: &[(&str, &str)] = &[
    ("MON", "mon"),
    ("TUE", "tue tues"),
    ("WED", "wed weds"),
    ("THU", "thu thur thurs"),
    ("FRI", "fri"),
    ("SAT", "sat"),
    ("SUN", "sun"),
];

const MONTHS: &[(&str, &str)] = &[
    ("JAN", "jan january januar jänner enero"),
    ("FEB", "feb february februar febrero"),
    ("MAR", "mar march märz maerz marzo"),
    ("APR", "apr april abril"),
    ("MAY", "may mai mayo"),
    ("JUN", "jun june juni junio"),
    ("JUL", "jul july juli julio"),
    ("AUG", "aug august agosto"),
    ("SEP", "sep sept september septiembre setiembre"),
    ("OCT", "oct october okt oktober octubre"),
    ("NOV", "nov november noviembre"),
    ("DEC", "dec december dez dezember diciembre"),
];

/// In halves, so that one and a half is a whole number.
const COUNTS: &[(u8, &str)] = &[
    (1, "half halbe halben media medio"),
    (2, "a an one ein eine einer un una uno"),
    (3, "anderthalb eineinhalb"),
    (5, "zweieinhalb"),
    (7, "dreieinhalb"),
    (9, "viereinhalb"),
    (4, "two zwei dos couple"),
    (6, "three drei tres"),
    (8, "four vier cuatro"),
    (10, "five fünf fuenf cinco"),
    (12, "six sechs seis"),
    (14, "seven sieben siete"),
    (16, "eight acht ocho"),
    (18, "nine neun nueve"),
    (20, "ten zehn diez"),
    (22, "eleven elf once"),
    (24, "twelve zwölf zwoelf doce"),
    (30, "fifteen fünfzehn quince"),
    (40, "twenty zwanzig veinte"),
    (60, "thirty dreißig dreissig treinta"),
    (80, "forty vierzig cuarenta"),
    (90, "fortyfive"),
    (100, "fifty fünfzig cincuenta"),
];

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Hour,
    Minute,
    Day,
    Week,
    Month,
    Year,
}

const UNITS: &[(Unit, &str)] = &[
    (
        Unit::Hour,
        "h hr hrs hour hours stunde stunden std hora horas",
    ),
    (
        Unit::Minute,
        "m min mins minute minutes minuten minuto minutos",
    ),
    (Unit::Day, "day days tag tage tagen día días dia dias"),
    (Unit::Week, "week weeks wk wks woche wochen semana semanas"),
    (Unit::Month, "month months monat monate monaten mes meses"),
    (Unit::Year, "year years yr yrs jahr jahre jahren año años"),
];

const CURRENCIES: &[(&str, &str)] = &[
    ("GBP", "gbp pound pounds quid libras"),
    ("EUR", "eur euro euros"),
    ("USD", "usd dollar dollars dólar dólares dolares bucks"),
    ("CHF", "chf franken sfr"),
    ("JPY", "jpy yen"),
    ("INR", "inr rupees rs"),
    ("CAD", "cad"),
    ("AUD", "aud"),
    ("NZD", "nzd"),
    ("SGD", "sgd"),
    ("HKD", "hkd"),
    ("AED", "aed dirhams"),
    ("NOK", "nok"),
    ("DKK", "dkk"),
    ("PLN", "pln"),
    ("MXN", "mxn"),
    ("BRL", "brl reais"),
    ("ZAR", "zar"),
    ("CNY", "cny"),
    ("TRY", "lira"),
];

/// Parts of longer words that announce something: German makes one word of it. Only asked where something is there to be
/// announced.
const STEMS: &[(Roles, &str)] = &[
    (BAG, "koffer"),
    (BAG, "gepäck"),
    (BAG, "gepaeck"),
    (BAG, "luggage"),
    (BAG, "suitcase"),
    (BAG, "bagtag"),
    (TICKET, "ticket"),
    (TICKET, "flugschein"),
    (ORDER, "bestell"),
    (ORDER, "auftrag"),
    (ORDER, "rechnung"),
    (PHONE, "telefon"),
    (PHONE, "handy"),
    (PHONE, "llam"),
    (PHONE, "llám"),
    (PHONE, "mobil"),
    (CARD, "kreditkarte"),
    (CARD, "mastercard"),
    (PASSPORT, "ausweis"),
    (PASSPORT, "reisepass"),
    (VIN, "fahrgestell"),
];

/// What a word means here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sense {
    pub(super) roles: Roles,
    /// `+1`, `SUN`.
    pub(super) day: &'static str,
    /// `SAT`, where the text shows that it is one.
    pub(super) short_day: &'static str,
    /// `MAY`.
    pub(super) month: &'static str,
    /// In halves; 0 = none.
    pub(super) halves: u8,
    pub(super) unit: Option<Unit>,
    /// `EUR`.
    pub(super) currency: &'static str,
}

/// Nothing.
pub(super) static NONE: Sense = Sense {
    roles: 0,
    day: "",
    short_day: "",
    month: "",
    halves: 0,
    unit: None,
    currency: "",
};

impl Sense {
    pub(super) fn is(&self, roles: Roles) -> bool {
        self.roles & roles != 0
    }
}

/// Slots of the table: several for each word, so that a word that means nothing mostly meets an empty one.
const SLOTS: usize = 4096;

/// The part of a slot that is the hash.
const UPPER: u32 = 0xffff_0000;

/// All words that mean something, by the hash of their small letters.
pub(super) struct Lexicon {
    /// 0 = free, else the upper half of the hash, and the entry's number plus one.
    slots: Vec<u32>,
    entries: Vec<(&'static str, Sense)>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::new);

/// The lexicon.
pub(super) fn get() -> &'static Lexicon {
    &LEXICON
}

/// FNV-1a, <https://datatracker.ietf.org/doc/draft-eastlake-fnv/>.
pub(super) const HASH_START: u32 = 0x811c_9dc5;

pub(super) fn hash_byte(hash: u32, byte: u8) -> u32 {
    (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
}

pub(super) fn hash_char(hash: u32, c: char) -> u32 {
    c.to_lowercase().fold(hash, |hash, c| {
        let mut buffer = [0; 4];
        let bytes = c.encode_utf8(&mut buffer).bytes();
        bytes.fold(hash, hash_byte)
    })
}

fn hash(word: &str) -> u32 {
    word.chars().fold(HASH_START, |hash, c| {
        if c.is_ascii() {
            hash_byte(hash, c as u8 | 0x20)
        } else {
            hash_char(hash, c)
        }
    })
}

impl Lexicon {
    fn new() -> Self {
        let mut lexicon = Self {
            slots: vec![0; SLOTS],
            entries: Vec::new(),
        };
        lexicon.add(ROLES, |sense, roles| sense.roles |= roles);
        lexicon.add(DAYS, |sense, day| {
            sense.day = day;
            sense.roles |= DAY;
        });
        lexicon.add(SHORT_DAYS, |sense, day| {
            sense.short_day = day;
            sense.roles |= DAY;
        });
        lexicon.add(MONTHS, |sense, month| sense.month = month);
        lexicon.add(COUNTS, |sense, halves| sense.halves = halves);
        lexicon.add(UNITS, |sense, unit| {
            sense.unit = Some(unit);
            sense.roles |= UNIT;
        });
        lexicon.add(CURRENCIES, |sense, currency| sense.currency = currency);
        lexicon
    }

    fn add<T: Copy>(&mut self, rows: &[(T, &'static str)], set: impl Fn(&mut Sense, T)) {
        for (value, words) in rows {
            for word in words.split(' ') {
                let hash = hash(word);
                let slot = self.slot(hash, word);
                if self.slots[slot] == 0 {
                    self.entries.push((word, NONE));
                    let number = u16::try_from(self.entries.len())
                        .expect("the table has fewer than 65,536 words");
                    self.slots[slot] = hash & UPPER | u32::from(number);
                }
                let entry = (self.slots[slot] & !UPPER) as usize - 1;
                set(&mut self.entries[entry].1, *value);
            }
        }
    }

    /// Where a word stands, or would.
    fn slot(&self, hash: u32, word: &str) -> usize {
        let mut slot = hash as usize % SLOTS;
        loop {
            let found = self.slots[slot];
            let is_it = found != 0
                && found & UPPER == hash & UPPER
                && is_same(self.entries[(found & !UPPER) as usize - 1].0, word);
            if found == 0 || is_it {
                return slot;
            }
            slot = (slot + 1) % SLOTS;
        }
    }

    /// What a word means, by its hash.
    pub(super) fn sense(&self, hash: u32, word: &str) -> &Sense {
        match self.slots[self.slot(hash, word)] & !UPPER {
            0 => &NONE,
            entry => &self.entries[entry as usize - 1].1,
        }
    }
}

/// What a word means.
pub(super) fn sense(word: &str) -> &'static Sense {
    get().sense(hash(word), word)
}

/// What a word announces, also as a part of a longer one.
pub(super) fn announces(word: &str, sense: &Sense, roles: Roles) -> bool {
    /// Longer ones are no words.
    const WORD_BYTES_MAX: usize = 40;
    if sense.is(roles) {
        return true;
    }
    let may_be = (6..=WORD_BYTES_MAX).contains(&word.len())
        && STEMS.iter().any(|(role, _)| role & roles != 0);
    may_be && {
        let word = word.to_lowercase();
        STEMS
            .iter()
            .any(|(role, stem)| role & roles != 0 && word.contains(stem))
    }
}

fn is_same(entry: &str, word: &str) -> bool {
    if word.is_ascii() {
        entry.eq_ignore_ascii_case(word)
    } else {
        entry.chars().eq(word.chars().flat_map(char::to_lowercase))
    }
}
