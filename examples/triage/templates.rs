//! What Larkspur says, and in which language it can say it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::account::AccountId;
use super::reading::{Language, Money, Topic};

/// What is to be said, in order. [`Templates::render`] finds the words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Draft {
    pub(crate) language: Language,
    pub(crate) parts: Vec<Part>,
}

/// One paragraph of a draft.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Part {
    Greeting(Option<String>),
    Apology,
    Account(AccountId),
    AskAccount,
    /// Promises to pay back an amount.
    Promise(Money),
    /// Promises only that somebody will look at the refund.
    Pending,
    Answer(Topic),
    /// Asks what the matter is.
    AskMore,
    /// Explains more than was asked.
    Background,
    Closing,
}

/// The texts that answers are made of.
pub(crate) struct Templates {
    answers: BTreeMap<(Language, Topic), &'static str>,
}

impl Templates {
    /// The texts of this example. German and French have gaps, and nothing is written yet on
    /// certificates or the roadmap: such questions end up with a person.
    pub(crate) fn bundled() -> Self {
        let english = ENGLISH.iter().map(|&(topic, text)| ((Language::English, topic), text));
        let german = GERMAN.iter().map(|&(topic, text)| ((Language::German, topic), text));
        let french = FRENCH.iter().map(|&(topic, text)| ((Language::French, topic), text));
        Self { answers: english.chain(german).chain(french).collect() }
    }

    pub(crate) fn answer(&self, language: Language, topic: Topic) -> Option<&'static str> {
        self.answers.get(&(language, topic)).copied()
    }

    /// The text of a draft. A part that the language has no words for is left out.
    pub(crate) fn render(&self, draft: &Draft) -> String {
        let language = draft.language;
        let paragraphs = draft.parts.iter().filter_map(|part| self.words(language, part));
        paragraphs.collect::<Vec<_>>().join("\n\n")
    }

    fn words(&self, language: Language, part: &Part) -> Option<String> {
        let [english, german, french] = match part {
            Part::Greeting(None) => ["Hello,", "Guten Tag,", "Bonjour,"].map(str::to_owned),
            Part::Greeting(Some(name)) => ["Dear", "Guten Tag", "Bonjour"].map(|hello| format!("{hello} {name},")),
            Part::Apology => APOLOGY.map(str::to_owned),
            Part::Account(account) => [
                format!("This is about your account {account}."),
                format!("Es geht um Ihr Konto {account}."),
                format!("Il s'agit de votre compte {account}."),
            ],
            Part::AskAccount => ASK_ACCOUNT.map(str::to_owned),
            Part::Promise(amount) => [
                format!("We will refund {amount} to you within five working days."),
                format!("Wir erstatten Ihnen {amount} innerhalb von fünf Werktagen."),
                format!("Nous vous remboursons {amount} sous cinq jours ouvrés."),
            ],
            Part::Pending => PENDING.map(str::to_owned),
            Part::Answer(topic) => return self.answer(language, *topic).map(str::to_owned),
            Part::AskMore => ASK_MORE.map(str::to_owned),
            Part::Background => BACKGROUND.map(str::to_owned),
            Part::Closing => CLOSING.map(str::to_owned),
        };
        Some(match language {
            Language::English => english,
            Language::German => german,
            Language::French => french,
        })
    }

    /// What the customer hears when a person takes over.
    pub(crate) fn holding(&self, language: Language, name: Option<String>) -> String {
        let [english, german, french] = HOLDING;
        let greeting = self.words(language, &Part::Greeting(name));
        let text = match language {
            Language::English => english,
            Language::German => german,
            Language::French => french,
        };
        let closing = self.words(language, &Part::Closing);
        [greeting, Some(text.to_owned()), closing].into_iter().flatten().collect::<Vec<_>>().join("\n\n")
    }
}

const APOLOGY: [&str; 3] = [
    "We are sorry for the trouble this has caused you.",
    "Wir bitten um Entschuldigung für den Ärger.",
    "Nous vous prions de nous excuser pour ces ennuis.",
];

const ASK_ACCOUNT: [&str; 3] = [
    "Please send us your account number; it stands at the top of every page.",
    "Bitte nennen Sie uns Ihre Kontonummer; sie steht oben auf jeder Seite.",
    "Merci de nous indiquer votre numéro de compte ; il figure en haut de chaque page.",
];

const PENDING: [&str; 3] = [
    "A colleague will look at the refund you ask for and write to you within two working days.",
    "Zur gewünschten Erstattung meldet sich eine Kollegin innerhalb von zwei Werktagen.",
    "Pour le remboursement demandé, une collègue vous écrira sous deux jours ouvrés.",
];

const ASK_MORE: [&str; 3] = [
    "Please tell us in a sentence or two what you see and what you expected to see.",
    "Bitte schreiben Sie uns in ein, zwei Sätzen, was Sie sehen und was Sie erwartet haben.",
    "Merci de nous dire en une ou deux phrases ce que vous voyez et ce que vous attendiez.",
];

const BACKGROUND: [&str; 3] = [
    "It may help to know that Larkspur keeps a copy of your books on each of your devices and on \
     our servers in two places. Nothing is lost when one of them stops working, so you need not \
     fear for your data while you try this, and you can try it as often as you like.",
    "Gut zu wissen: Ihre Bücher liegen auf jedem Ihrer Geräte und auf unseren Servern an zwei \
     Orten. Es geht nichts verloren, wenn eines davon ausfällt; Sie können es also in Ruhe und \
     so oft Sie wollen versuchen.",
    "Bon à savoir : vos livres se trouvent sur chacun de vos appareils et sur nos serveurs, en \
     deux lieux. Rien n'est perdu quand l'un d'eux tombe en panne ; vous pouvez donc essayer \
     sans crainte et autant de fois que vous voulez.",
];

const CLOSING: [&str; 3] =
    ["Kind regards,\nLarkspur Support", "Freundliche Grüße\nLarkspur Support", "Cordialement,\nLarkspur Support"];

const HOLDING: [&str; 3] = [
    "Thank you for your message. A colleague will read it and write to you within one working day.",
    "Vielen Dank für Ihre Nachricht. Eine Kollegin liest sie und schreibt Ihnen innerhalb eines \
     Werktages.",
    "Merci pour votre message. Une collègue va le lire et vous écrira sous un jour ouvré.",
];

const ENGLISH: &[(Topic, &str)] = &[
    (Topic::Refund, "A refund reaches you five working days after we have checked the payment."),
    (
        Topic::DoubleCharge,
        "When a payment shows up twice, the second one is a reservation that your bank drops \
         within three days. If it still stands after that, answer this mail and we return it.",
    ),
    (Topic::Invoice, "Every invoice can be had as a PDF under Settings, Invoices."),
    (
        Topic::Cancel,
        "You can cancel at any time under Settings, Plan. The service then runs on to the end of \
         the month you have paid for.",
    ),
    (
        Topic::Card,
        "You can change your card under Settings, Payment. A card that was declined is tried once \
         more on the next day.",
    ),
    (Topic::Plan, "You can upgrade or downgrade under Settings, Plan. The difference is counted by the day."),
    (
        Topic::Login,
        "To set a new password, choose “Forgot password” on the first page and follow the link \
         that we mail to you. It is good for one hour.",
    ),
    (
        Topic::Crash,
        "Please update to the newest version, which mends the crash we know of. If it comes \
         again, send us the file larkspur.log.",
    ),
    (
        Topic::Slow,
        "A slow page mostly comes from a full browser cache. Please empty it and load the page \
         once more.",
    ),
    (
        Topic::Sync,
        "When two devices do not sync, sign out on both, and start with the one that has the \
         newest entries.",
    ),
    (Topic::Export, "You can export all entries as CSV under Settings, Data."),
    (Topic::Scam, "That mail is phishing and not from us: we give no prizes away. Please delete it."),
];

const GERMAN: &[(Topic, &str)] = &[
    (Topic::Refund, "Eine Erstattung ist fünf Werktage nach unserer Prüfung bei Ihnen."),
    (
        Topic::DoubleCharge,
        "Erscheint eine Zahlung doppelt, ist die zweite eine Vormerkung, die Ihre Bank innerhalb \
         von drei Tagen löscht. Steht sie danach noch da, antworten Sie bitte auf diese Nachricht.",
    ),
    (Topic::Invoice, "Jede Rechnung finden Sie als PDF unter Einstellungen, Rechnungen."),
    (
        Topic::Cancel,
        "Sie können jederzeit unter Einstellungen, Vertrag kündigen. Der Dienst läuft dann bis \
         zum Ende des bezahlten Monats.",
    ),
    (
        Topic::Login,
        "Ein neues Passwort bekommen Sie über „Passwort vergessen“ auf der ersten Seite. Der Link \
         gilt eine Stunde.",
    ),
    (
        Topic::Crash,
        "Bitte laden Sie die neueste Version; sie behebt den Fehler, den wir kennen. Kommt er \
         wieder, schicken Sie uns bitte die Datei larkspur.log.",
    ),
    (
        Topic::Sync,
        "Synchronisieren zwei Geräte nicht, melden Sie sich bitte auf beiden ab und beginnen Sie \
         mit dem, das die neuesten Einträge hat.",
    ),
];

const FRENCH: &[(Topic, &str)] = &[
    (Topic::Refund, "Un remboursement vous parvient cinq jours ouvrés après notre contrôle."),
    (
        Topic::DoubleCharge,
        "Quand un paiement apparaît deux fois, le second est une réserve que votre banque efface \
         sous trois jours. S'il est encore là après, répondez à ce message.",
    ),
    (Topic::Invoice, "Chaque facture se trouve en PDF dans Réglages, Factures."),
    (
        Topic::Cancel,
        "Vous pouvez résilier à tout moment dans Réglages, Abonnement. Le service court jusqu'à \
         la fin du mois payé.",
    ),
    (
        Topic::Login,
        "Pour un nouveau mot de passe, choisissez « Mot de passe oublié » sur la première page. \
         Le lien est valable une heure.",
    ),
    (
        Topic::Crash,
        "Merci d'installer la dernière version ; elle corrige l'erreur que nous connaissons. Si \
         elle revient, envoyez-nous le fichier larkspur.log.",
    ),
];
