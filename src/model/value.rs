//! Values with their evidence, and what was decided of them.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{DocumentKind, Field, Origin, PageNumber, PercentBox};

/// An estimated probability that a value is right, 0.0–1.0.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
pub struct Confidence(f64);

impl Confidence {
    /// No confidence at all.
    pub const ZERO: Confidence = Confidence(0.0);

    /// Takes a probability; what lies outside 0–1 is cut, NaN is 0.
    pub fn new(p: f64) -> Self {
        Self(if p.is_nan() { 0.0 } else { p.clamp(0.0, 1.0) })
    }

    /// The probability.
    pub fn get(self) -> f64 {
        self.0
    }
}

/// How far a value's own form speaks for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// The form is broken: impossible date, wrong length, stray characters.
    Invalid,
    /// Free text: nothing to check.
    #[default]
    Free,
    /// The pattern, the calendar or a dictionary holds.
    Valid,
    /// A check digit holds, or the value is one of a small closed set printed as such.
    Checked,
}

/// One step from the characters on the page to a value. Positions count characters of the value's text as it was read, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// A character was taken for another that looks like it, because the form of the value has no place for the one that was read.
    Took {
        /// Where it stands.
        at: u16,
        /// What the engine read.
        read: char,
        /// What it was taken for.
        taken: char,
    },
    /// A point was taken for the comma behind a family name.
    PointForComma {
        /// Number of the word that it closes.
        word: u16,
    },
    /// A blank that the engine lost was put back.
    Parted {
        /// Number of the word that was parted.
        word: u16,
    },
    /// Day and month changed places, because the calendar forbids the printed order.
    SwappedDayAndMonth,
    /// The name of a month was read with a slip.
    NearMonth,
    /// The century of a year of two digits was supplied.
    SuppliedCentury,
}

impl Step {
    /// Whether the step mends what was read, so that the value is a suggestion only.
    pub fn mends(self) -> bool {
        self != Self::SuppliedCentury
    }
}

/// How a value's label or heading stands to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelStands {
    /// Not known: an older result.
    #[default]
    Unknown,
    /// There is none, or the rule does not say.
    Nowhere,
    /// On the value's own line, before it.
    Before,
    /// Over it.
    Above,
    /// Elsewhere: behind or under it.
    Elsewhere,
    /// The value stands in a zone that a template of the form gives it.
    Zone,
}

/// What surrounds a value: whether the paper is one that the rules understand, and how well it could be read there.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Surroundings {
    /// Mean engine confidence of the words near it, 0.0–1.0: on its lines and the ones above and below, itself and its label left out. The page's
    /// where there are none.
    pub near_mean: f32,
    /// Share of the page's letters that stand in values, labels and headings, 0.0–1.0.
    pub explained: f32,
    /// Of the single values that the document should have, the share that was found, 0.0–1.0.
    pub found: f32,
}

/// A check of a value against another one, against the page's words, or against a dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rule {
    /// The patient was born before the visits, documents and doses that have a date.
    BirthBeforeDates,
    /// The patient is at most 120 years old at the visit.
    PlausibleAge,
    /// The visit begins before it ends.
    VisitBeforeDischarge,
    /// The age that the text gives is the one that birth date and visit make.
    PrintedAge,
    /// The sex is that of the title (Mr., Mrs., Ms.) before the patient's name.
    SexAndTitle,
    /// The sex is that of nearly all bearers of the given name.
    SexAndGivenName,
    /// The postal code is one of the state.
    StateAndPostalCode,
    /// The postal code is one of the city.
    CityAndPostalCode,
    /// The e-mail's local part holds the patient's name.
    EmailAndName,
    /// The systolic pressure is above the diastolic one.
    SystolicOverDiastolic,
    /// Weight, height and body mass index fit one another.
    BodyMassIndex,
    /// Its words stand in a dictionary; broken where a word stands in none and one that looks like it does.
    KnownWords,
    /// A number does not begin with a nought that no point follows.
    PointKept,
}

impl Rule {
    /// Every rule.
    pub const ALL: [Rule; 13] = [
        Self::BirthBeforeDates,
        Self::PlausibleAge,
        Self::VisitBeforeDischarge,
        Self::PrintedAge,
        Self::SexAndTitle,
        Self::SexAndGivenName,
        Self::StateAndPostalCode,
        Self::CityAndPostalCode,
        Self::EmailAndName,
        Self::SystolicOverDiastolic,
        Self::BodyMassIndex,
        Self::KnownWords,
        Self::PointKept,
    ];

    /// Whether a misread value would hardly pass it: passing speaks for the value. The others forbid what cannot be and say little more.
    pub fn corroborates(self) -> bool {
        !matches!(self, Self::BirthBeforeDates | Self::PlausibleAge | Self::VisitBeforeDischarge | Self::KnownWords | Self::PointKept)
    }

    /// Whether every value of a field is held against a dictionary, so that to be in none says something.
    pub fn has_dictionary(field: Field) -> bool {
        use Field::{AllergyText, ConditionIcd10, ContactName, Family, Given, MedicationText, Practitioner, VaccineText};
        matches!(field, AllergyText | ConditionIcd10 | ContactName | Family | Given | MedicationText | Practitioner | VaccineText)
    }

    /// What it says, for people.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::BirthBeforeDates => "born before every other date",
            Self::PlausibleAge => "at most 120 years old at the visit",
            Self::VisitBeforeDischarge => "the visit begins before it ends",
            Self::PrintedAge => "the printed age fits birth date and visit",
            Self::SexAndTitle => "the sex fits the title before the name",
            Self::SexAndGivenName => "the sex fits the given name",
            Self::StateAndPostalCode => "the postal code is one of the state",
            Self::CityAndPostalCode => "the postal code is one of the city",
            Self::EmailAndName => "the e-mail holds the name",
            Self::SystolicOverDiastolic => "systolic above diastolic",
            Self::BodyMassIndex => "weight, height and body mass index fit",
            Self::KnownWords => "its words stand in a dictionary, and not only words that look like them",
            Self::PointKept => "no number lost its point behind a nought",
        }
    }
}

/// What speaks for and against a value: the features of the confidence model, kept with the value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Signals {
    /// Lowest engine confidence among the value's words, 0.0–1.0.
    pub word_min: f32,
    /// Mean engine confidence of the value's words weighted by length, 0.0–1.0.
    pub word_mean: f32,
    /// How well the label or heading matched, 0.0 (none) – 1.0 (to the letter).
    pub label: f32,
    /// Whether the value's own form speaks for it.
    pub form: Form,
    /// Whether confusions of OCR were mended in it; a mended value is a suggestion, never accepted.
    pub mended: bool,
    /// How the value came from what was read, where that took more than copying.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Step>,
    /// Other readings of the same fact within the document that say the same.
    pub agree: u16,
    /// Other readings of the same fact within the document that say something else.
    pub differ: u16,
    /// Other documents of the patient that say the same; known when the archive is whole.
    #[serde(default)]
    pub kin_agree: u16,
    /// Other documents of the patient that say something else of a fact that does not change.
    #[serde(default)]
    pub kin_differ: u16,
    /// Checks against other values, the page's words or dictionaries that it passes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules_hold: Vec<Rule>,
    /// Such checks that it fails: it or what it was held against is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules_broken: Vec<Rule>,
    /// How its label stands to it.
    #[serde(default)]
    pub label_stands: LabelStands,
    /// What surrounds it; `None` in older results.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub around: Option<Surroundings>,
    /// Looks written by hand.
    pub handwritten: bool,
    /// Ink that no word covers stands beside it: it may go on.
    #[serde(default)]
    pub cut_off: bool,
    /// Mean engine confidence of the whole page, 0.0–1.0.
    pub page_mean: f32,
    /// The rule's own doubt, 0.0 (none) – 1.0: weak position, guessed owner, ambiguous form.
    pub doubt: f32,
    /// Text of the document's own layer, not OCR.
    pub born_digital: bool,
    /// Whether a second engine read every word of the value. If not, the other figures of it say nothing.
    #[serde(default)]
    pub second_asked: bool,
    /// Whether a second engine was there and did not read every word of the value: its budget was spent, or it failed.
    #[serde(default)]
    pub read_once: bool,
    /// Share of the value's characters in words on which both engines agree, 0.0–1.0.
    #[serde(default)]
    pub second_agree: f32,
    /// The second engine's lowest figure among the value's words, 0.0–1.0.
    #[serde(default)]
    pub second_min: f32,
    /// Whether some of the text is the second engine's, where the first one had read something else.
    #[serde(default)]
    pub replaced: bool,
}

/// The rule's name in values that a person added.
pub const ADDED: &str = "review.added";
/// The rule's name in values that a person had decided and that the machine no longer finds.
pub const STALE: &str = "review.stale";

/// A value as extracted from a document's pages.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct ExtractedValue {
    /// Its field.
    pub field: Field,
    /// 1-based index within its group; `None` for single values.
    pub item: Option<u32>,
    /// The normalised value, as the contract says. Empty: expected and not found.
    pub value: String,
    /// The text as read.
    pub raw: String,
    /// The page that it stands on.
    pub page: PageNumber,
    /// Where it stands on the source page; `None` if nothing was found.
    pub place: Option<PercentBox>,
    /// Where its label or heading stands, on the same page; `None` where there is none or the rule does not say. Not kept in the ledger:
    /// it is had again from the words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_place: Option<PercentBox>,
    /// The rule that found it, as `room.rule`; [`ADDED`] or [`STALE`] where no rule did.
    pub rule: String,
    /// What speaks for and against it.
    pub signals: Signals,
}

impl ExtractedValue {
    /// What the machine made of it: nothing, where only a person knows of it.
    pub fn machine_value(&self) -> &str {
        if [ADDED, STALE].contains(&self.rule.as_str()) { "" } else { &self.value }
    }
}

/// Shows field, page and rule alone: the text is a patient's.
impl fmt::Debug for ExtractedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ExtractedValue({} item {:?} p{} by {})", self.field, self.item, self.page, self.rule)
    }
}

/// All that was extracted from one document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Extraction {
    /// The kind that the document was taken for.
    pub kind: DocumentKind,
    /// Probability of the kind, 0.0–1.0.
    pub kind_confidence: f32,
    /// The values found, `DocumentReference.type` among them.
    pub values: Vec<ExtractedValue>,
    /// Fields that a document of this kind should have (or whose label stands on the page) and that were not found,
    /// with the page where a person should look.
    pub missing: Vec<(Field, PageNumber)>,
    /// Form and captures.
    #[serde(default)]
    pub origin: Origin,
}

/// What has been decided of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Exported without a person.
    Accepted,
    /// Waits for a person.
    Review,
    /// A person confirmed it.
    Verified,
    /// A person changed it.
    Corrected,
    /// A person said that there is no such value.
    Rejected,
}

impl Status {
    /// Every status.
    pub const ALL: [Status; 5] = [Self::Accepted, Self::Review, Self::Verified, Self::Corrected, Self::Rejected];

    /// The name that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Review => "review",
            Self::Verified => "verified",
            Self::Corrected => "corrected",
            Self::Rejected => "rejected",
        }
    }

    /// Reads a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Whether values of this status leave in exports.
    pub fn leaves(self) -> bool {
        matches!(self, Self::Accepted | Self::Verified | Self::Corrected)
    }

    /// Whether a person has looked at values of this status and let them pass.
    pub fn is_reviewed(self) -> bool {
        matches!(self, Self::Verified | Self::Corrected)
    }

    /// Whether a person has decided of values of this status, one way or the other.
    pub fn is_settled(self) -> bool {
        self.is_reviewed() || self == Self::Rejected
    }
}

/// Why a value goes to review. A closed list, so that queues can be grouped and counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Its confidence lies under its field's threshold.
    LowConfidence,
    /// Expected, and not found.
    NotFound,
    /// Its form is broken.
    InvalidForm,
    /// OCR confusions were mended: a suggestion.
    Mended,
    /// Readings of the same fact differ.
    Conflict,
    /// A check against another value or a dictionary fails.
    RuleBroken,
    /// Written by hand.
    Handwritten,
    /// Ink that was not read stands beside it: it may go on.
    CutOff,
    /// Only one of the two engines read it.
    ReadOnce,
    /// Fields of this class are never accepted without a person.
    Policy,
    /// The document's kind is unsure.
    UnsureKind,
    /// Another value of the same item is missing or doubtful.
    IncompleteItem,
    /// The page names another patient than its document: nothing of it was taken.
    StrayPage,
    /// Another document may begin on the page.
    UnsureSplit,
    /// The archive's certificate does not speak of it.
    Uncertified,
    /// An alarm of the audit has switched its field off.
    FieldOff,
    /// A person had decided it, and the machine no longer finds anything there: what they said is shown.
    Stale,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Reason; 17] = [
        Self::LowConfidence,
        Self::NotFound,
        Self::InvalidForm,
        Self::Mended,
        Self::Conflict,
        Self::RuleBroken,
        Self::Handwritten,
        Self::CutOff,
        Self::ReadOnce,
        Self::Policy,
        Self::UnsureKind,
        Self::IncompleteItem,
        Self::StrayPage,
        Self::UnsureSplit,
        Self::Uncertified,
        Self::FieldOff,
        Self::Stale,
    ];

    /// The name that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LowConfidence => "low-confidence",
            Self::NotFound => "not-found",
            Self::InvalidForm => "invalid-form",
            Self::Mended => "mended",
            Self::Conflict => "conflict",
            Self::RuleBroken => "rule-broken",
            Self::Handwritten => "handwritten",
            Self::CutOff => "cut-off",
            Self::ReadOnce => "read-once",
            Self::Policy => "policy",
            Self::UnsureKind => "unsure-kind",
            Self::IncompleteItem => "incomplete-item",
            Self::StrayPage => "stray-page",
            Self::UnsureSplit => "unsure-split",
            Self::Uncertified => "uncertified",
            Self::FieldOff => "field-off",
            Self::Stale => "stale",
        }
    }

    /// Reads a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }
}

/// A value and what was decided of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DecidedValue {
    /// The value with its evidence.
    pub extracted: ExtractedValue,
    /// Estimated probability that it is right.
    pub confidence: Confidence,
    /// The decision.
    pub status: Status,
    /// Why it waits; empty when accepted.
    pub reasons: Vec<Reason>,
}

impl DecidedValue {
    /// A row without a value that tells a person to look at a page, and why.
    pub fn to_look_at(field: Field, page: PageNumber, rule: &str, reason: Reason) -> Self {
        let extracted = ExtractedValue {
            field,
            item: None,
            value: String::new(),
            raw: String::new(),
            page,
            place: None,
            label_place: None,
            rule: rule.to_owned(),
            signals: Signals::default(),
        };
        Self { extracted, confidence: Confidence::ZERO, status: Status::Review, reasons: vec![reason] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_the_round_trip() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
            assert_eq!(serde_json::to_string(&status).unwrap(), format!("\"{}\"", status.as_str()));
        }
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.as_str()), Some(reason));
            assert_eq!(serde_json::to_string(&reason).unwrap(), format!("\"{}\"", reason.as_str()));
        }
    }

    #[test]
    fn confidence_stays_a_probability() {
        assert_eq!(Confidence::new(f64::NAN), Confidence::ZERO);
        assert_eq!(Confidence::new(1.5).get(), 1.0);
    }
}
