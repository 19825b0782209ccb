//! What can be read from the words of a ticket or of a draft.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A text in lower case, each word between two spaces.
///
/// A search for `" refund"` then finds the words that begin so, and no word that only contains it.
pub(crate) struct Words(String);

impl Words {
    pub(crate) fn of(text: &str) -> Self {
        let mut words = String::from(" ");
        for word in text.split(|c: char| !c.is_alphanumeric()) {
            if !word.is_empty() {
                words.push_str(&word.to_lowercase());
                words.push(' ');
            }
        }
        Self(words)
    }

    /// Where the first of the marks stands; a mark is the beginning of a word, or of several.
    fn first(&self, marks: &[&str]) -> Option<usize> {
        let place = |mark: &&str| self.0.find(&format!(" {mark}"));
        marks.iter().filter_map(place).min()
    }

    pub(crate) fn mention(&self, marks: &[&str]) -> bool {
        self.first(marks).is_some()
    }

    /// How many of the marks stand in the text.
    pub(crate) fn count(&self, marks: &[&str]) -> usize {
        marks.iter().filter(|mark| self.mention(&[mark])).count()
    }

    /// How many words of the text are in the list, whole.
    fn share(&self, list: &[&str]) -> usize {
        let words = self.0.split_whitespace();
        words.filter(|word| list.contains(word)).count()
    }
}

/// The languages that answers are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Language {
    English,
    German,
    French,
}

impl Language {
    /// The language whose small words are the most frequent; English when none is ahead.
    pub(crate) fn of(text: &str) -> Self {
        const ENGLISH: &[&str] = &[
            "a", "and", "for", "have", "i", "in", "is", "it", "my", "not", "of", "please", "that", "the", "this", "to",
            "was", "we", "with", "you", "your",
        ];
        const GERMAN: &[&str] = &[
            "auf", "bitte", "das", "der", "die", "ein", "eine", "es", "guten", "ich", "ihr", "ist", "mein", "meine",
            "nicht", "sie", "und", "uns", "wir", "wird", "zu",
        ];
        const FRENCH: &[&str] = &[
            "avec", "bonjour", "dans", "des", "est", "et", "je", "ma", "merci", "mes", "mon", "nous", "pas", "pour",
            "que", "sur", "un", "une", "votre", "vous",
        ];
        let words = Words::of(text);
        let english = words.share(ENGLISH);
        let german = words.share(GERMAN);
        let french = words.share(FRENCH);
        if german > english.max(french) {
            Self::German
        } else if french > english.max(german) {
            Self::French
        } else {
            Self::English
        }
    }
}

/// What a ticket can be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Topic {
    Refund,
    DoubleCharge,
    Invoice,
    Cancel,
    Card,
    Plan,
    Login,
    Crash,
    Slow,
    Sync,
    Export,
    Scam,
    Certificate,
    Roadmap,
}

impl Topic {
    const ALL: [Self; 14] = [
        Self::Refund,
        Self::DoubleCharge,
        Self::Invoice,
        Self::Cancel,
        Self::Card,
        Self::Plan,
        Self::Login,
        Self::Crash,
        Self::Slow,
        Self::Sync,
        Self::Export,
        Self::Scam,
        Self::Certificate,
        Self::Roadmap,
    ];

    /// The topics of a text, in the order in which it comes to them.
    pub(crate) fn all_in(text: &str) -> Vec<Self> {
        let words = Words::of(text);
        let mut found: Vec<(usize, Self)> =
            Self::ALL.into_iter().filter_map(|topic| Some((words.first(topic.marks())?, topic))).collect();
        found.sort_unstable();
        found.into_iter().map(|(_, topic)| topic).collect()
    }

    /// Whether the billing desk knows about it; the technical desk knows about all others.
    pub(crate) fn is_billing(self) -> bool {
        matches!(self, Self::Refund | Self::DoubleCharge | Self::Invoice | Self::Cancel | Self::Card | Self::Plan)
    }

    fn marks(self) -> &'static [&'static str] {
        match self {
            Self::Refund => &["refund", "money back", "reimburs", "erstatt", "rückerstatt", "geld zurück", "rembours"],
            Self::DoubleCharge => &["twice", "double charge", "doppelt", "zweimal", "deux fois"],
            Self::Invoice => &["invoice", "receipt", "rechnung", "facture"],
            Self::Cancel => &["cancel", "kündig", "résili"],
            Self::Card => &["card", "kreditkarte", "carte"],
            Self::Plan => &["upgrade", "downgrade", "pricing plan", "tarif", "forfait"],
            Self::Login => &[
                "log in",
                "login",
                "logged out",
                "locked out",
                "password",
                "passwort",
                "anmeld",
                "mot de passe",
                "connecter",
            ],
            Self::Crash => &["crash", "freez", "error", "abstürz", "stürzt", "fehler", "plante", "erreur"],
            Self::Slow => &["slow", "takes forever", "langsam", "lente"],
            Self::Sync => &["sync"],
            Self::Export => &["export", "csv"],
            Self::Scam => &["phishing", "really from you", "a scam"],
            Self::Certificate => &["iso 27001", "soc 2", "certificate", "zertifikat"],
            Self::Roadmap => &["roadmap", "dark mode", "linux version"],
        }
    }
}

/// An amount in cents. Larkspur bills in euros; other currencies are read as if they were euros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Money(u64);

impl Money {
    pub(crate) const fn euros(euros: u64) -> Self {
        Self(euros * 100)
    }

    /// The largest amount that a text names together with a currency.
    pub(crate) fn largest_in(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let is_currency = |at: Option<usize>| {
            at.and_then(|at| words.get(at)).is_some_and(|word| {
                let word = word.trim_end_matches(['.', ',', '!', '?', ';']);
                ["€", "$", "£", "eur", "euro", "euros", "dollars", "usd"].contains(&word.to_lowercase().as_str())
            })
        };
        words
            .iter()
            .enumerate()
            .filter_map(|(at, word)| {
                let word = word.trim_matches(['.', ',', '!', '?', ';', ':', '(', ')', '"']);
                let number = word.trim_matches(['€', '$', '£']);
                let named =
                    number.len() < word.len() || is_currency(at.checked_sub(1)) || is_currency(at.checked_add(1));
                if named { Self::parse(number) } else { None }
            })
            .max()
    }

    /// Reads `480`, `480.00`, `12,50`, `1,200` and `1.200,00`.
    fn parse(number: &str) -> Option<Self> {
        let (whole, cents) = match number.rfind(['.', ',']).map(|at| (at, number.len() - at)) {
            Some((at, 3)) => (&number[..at], number[at + 1..].parse().ok()?),
            Some((_, 4)) | None => (number, 0),
            Some(_) => return None,
        };
        let whole: u64 = whole.replace(['.', ',', '\''], "").parse().ok()?;
        whole.checked_mul(100)?.checked_add(cents).map(Self)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EUR {}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// The name that a text is signed with: what follows "Regards," and the like, or the last line.
pub(crate) fn signature(text: &str) -> Option<String> {
    const FAREWELLS: &[&str] = &[
        "best",
        "cheers",
        "cordialement",
        "danke",
        "dank",
        "grüße",
        "grüßen",
        "merci",
        "regards",
        "thanks",
        "you",
        "sincerely",
    ];
    let text = text.trim_end();
    let (before, line) = text.rsplit_once('\n').unwrap_or(("", text));
    let words: Vec<&str> = line.split_whitespace().collect();
    let is_farewell = |word: &&str| {
        let word = word.trim_end_matches([',', '!', '.']).to_lowercase();
        FAREWELLS.contains(&word.as_str())
    };
    let name = match words.iter().rposition(is_farewell) {
        Some(at) => &words[at + 1..],
        // A line of its own, below others, may be a bare name.
        None if before.trim().is_empty() => return None,
        None => &words[..],
    };
    let name: Vec<&str> = name
        .iter()
        .map(|word| word.trim_end_matches(['.', ',']))
        .skip_while(|word| matches!(*word, "-" | "–" | "—"))
        .collect();
    let fits = (1..=3).contains(&name.len()) && name.iter().all(|word| is_name(word));
    fits.then(|| name.join(" "))
}

fn is_name(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
        && word.chars().all(|c| c.is_alphabetic() || c == '-')
        && word.chars().any(char::is_lowercase)
}

/// Whether the writer is angry: says so, shouts, or cannot stop exclaiming.
pub(crate) fn is_angry(text: &str) -> bool {
    const MARKS: &[&str] = &[
        "disgrace",
        "fed up",
        "frechheit",
        "furious",
        "inadmissible",
        "ridiculous",
        "scandaleux",
        "unacceptable",
        "unverschämt",
        "worst",
    ];
    let is_shouted =
        |word: &&str| word.chars().filter(|c| c.is_uppercase()).count() > 3 && !word.contains(char::is_lowercase);
    text.contains("!!") || Words::of(text).mention(MARKS) || text.split_whitespace().filter(is_shouted).count() > 2
}
