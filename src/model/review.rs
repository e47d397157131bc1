//! The nouns of review: what is asked of people, what they may say, and what is kept of how they came to say it.

use serde::{Deserialize, Serialize};

use super::{DocumentKind, Field, PageNumber, PercentBox, Reason, Status, ValueId};

macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every member.
            pub const ALL: &[$name] = &[$($name::$variant,)+];

            /// The name that is stored and shown.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)+ }
            }

            /// Reads a name.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some($name::$variant),)+ _ => None }
            }
        }
    };
}

named! {
    /// Why an item is asked. Reviewers are never told: an item of one lane looks like an item of any other.
    Lane {
        /// The value waits for a person.
        Queue = "queue",
        /// An accepted value that was drawn to be checked.
        Audit = "audit",
        /// A value that is known, shown with a planted error: what becomes of it says how much a reviewer catches.
        Seed = "seed",
    }
}

named! {
    /// How an item is asked.
    Mode {
        /// The value that was read stands in the box, one key confirms it.
        Confirm = "confirm",
        /// The box is empty; what was read is compared with what is keyed and never leaves the server.
        Blind = "blind",
        /// Two people key it without seeing one another's entry or the machine's; a third one settles what differs.
        Double = "double",
    }
}

named! {
    /// Where an item stands.
    ItemState {
        /// Waits for somebody.
        Open = "open",
        /// One person has keyed it; waits for another one.
        Second = "second",
        /// Two people differ; waits for a third one.
        Conflict = "conflict",
        /// Somebody wants the lead to look at it: a wrong patient, a wrong document.
        Escalated = "escalated",
        /// Decided.
        Final = "final",
        /// The machine no longer asks it.
        Gone = "gone",
    }
}

named! {
    /// What a person says of an item.
    Outcome {
        /// The value that was read is right.
        Verified = "verified",
        /// Another value is right, and is given.
        Corrected = "corrected",
        /// The place on the paper is empty.
        Blank = "blank",
        /// Something stands there that nobody can read.
        Illegible = "illegible",
        /// The paper has no such field, or what was taken for it is something else.
        Absent = "absent",
        /// The document is another patient's, or not what it was taken for: the lead decides.
        WrongDocument = "wrong-document",
    }
}

impl Outcome {
    /// The status of a value of which this was said; `None` where the lead has to decide.
    pub fn status(self) -> Option<Status> {
        match self {
            Self::Verified => Some(Status::Verified),
            Self::Corrected => Some(Status::Corrected),
            Self::Blank | Self::Illegible | Self::Absent => Some(Status::Rejected),
            Self::WrongDocument => None,
        }
    }
}

named! {
    /// What a line of the chain of decisions is.
    Act {
        /// A decision that holds for a value.
        Decision = "decision",
        /// One of two blind entries: it holds for nothing until the other one agrees.
        Key = "key",
        /// What was said of a planted error: it holds for nothing.
        Seed = "seed",
        /// Takes an earlier line back.
        Undo = "undo",
        /// Put off for a while.
        Postpone = "postpone",
        /// Given to the lead.
        Escalate = "escalate",
        /// A note to the lead.
        Note = "note",
        /// How the pages of a source make documents.
        Structure = "structure",
    }
}

named! {
    /// What an account may do.
    Role {
        /// Answers items.
        Reviewer = "reviewer",
        /// Also settles conflicts, sees the team's figures, releases leases, changes how pages make documents.
        Lead = "lead",
        /// Looks and changes nothing.
        Auditor = "auditor",
    }
}

/// Who works at the station.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewer {
    /// The account's name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Digest of the session, for the chain; never its token.
    pub session: String,
}

/// A thing that is asked of people, as the ledger holds it.
#[derive(Clone, PartialEq)]
pub struct Item {
    /// Its row.
    pub key: i64,
    /// What people and their programs call it: 32 hexadecimal digits that say nothing.
    pub name: String,
    /// Why it is asked.
    pub lane: Lane,
    /// The value.
    pub id: ValueId,
    /// Name of its document when it was last entered.
    pub document: String,
    /// Kind of its document.
    pub kind: DocumentKind,
    /// Where the machine found it on the source page.
    pub place: Option<PercentBox>,
    /// The value that is shown: the machine's, a planted error, or what a person had decided before the machine saw the page otherwise.
    pub shown: String,
    /// The machine's confidence.
    pub confidence: f64,
    /// Why it waits.
    pub reasons: Vec<Reason>,
    /// How it is asked.
    pub mode: Mode,
    /// Where it stands.
    pub state: ItemState,
    /// Counts up with every change: an answer to an older version is refused.
    pub version: i64,
    /// Who holds it, until when (seconds since 1970-01-01 UTC).
    pub claim: Option<(String, i64)>,
    /// Who has keyed it so far: neither may key it again, or settle it.
    pub keyed_by: Vec<String>,
}

/// Shows the place alone: the text is a patient's.
impl std::fmt::Debug for Item {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Item({} {} {:?} v{} {:?})", self.name, self.lane.as_str(), self.state, self.version, self.id)
    }
}

impl Item {
    /// Its field.
    pub fn field(&self) -> Field {
        self.id.field
    }

    /// Its page in the source.
    pub fn page(&self) -> PageNumber {
        self.id.page
    }
}

/// What a person was shown before they decided.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Shown {
    /// The value in the box when the item was opened; empty in blind modes.
    pub value: String,
    /// Alternatives, in the order shown.
    pub alternatives: Vec<String>,
    /// The alternative that was taken, from 1.
    pub rank: Option<u8>,
    /// Whether the whole page was opened.
    pub context: bool,
}

/// How long a person took. Times are milliseconds since 1970-01-01 UTC as the browser has them, durations milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Measured {
    /// When the item was painted.
    pub shown_at: i64,
    /// When the first key was pressed.
    pub first_key_at: Option<i64>,
    /// Time at the item, pauses of more than 30 s cut.
    pub active_ms: u32,
    /// Keys pressed.
    pub keystrokes: u32,
    /// Clicks.
    pub clicks: u32,
}

/// What is kept of how a decision came about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Circumstances {
    /// How it was asked: a [`Mode`], `group`, `adjudicate`, `document` or `csv`.
    pub mode: String,
    /// Why it was asked, as the first of its reasons or its lane.
    pub reason: String,
    /// What was shown.
    pub shown: Shown,
    /// How long it took.
    pub measured: Measured,
    /// Digest of the session.
    pub session: String,
    /// The program that showed it.
    pub build: String,
    /// Fingerprints of reading and understanding that made the value.
    pub rules: String,
    /// A remark.
    pub note: String,
}

named! {
    /// What holds of how the pages of a source make documents, where a person said so.
    PageJoin {
        /// The page begins a document.
        Begins = "begins",
        /// The page goes on with the document of the page before.
        GoesOn = "goes-on",
        /// The page is another patient's: it is a document of its own.
        Apart = "apart",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_the_round_trip() {
        for &lane in Lane::ALL {
            assert_eq!(Lane::parse(lane.as_str()), Some(lane));
        }
        for &outcome in Outcome::ALL {
            assert_eq!(Outcome::parse(outcome.as_str()), Some(outcome));
            assert_eq!(serde_json::to_string(&outcome).unwrap(), format!("\"{}\"", outcome.as_str()));
        }
    }
}
