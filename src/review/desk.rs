//! What the station's page asks of the archive: the trait between the web page, which knows sockets, and the pipeline, which knows the archive.
//! Everything here is JSON between server and browser too, so that the types are the page's protocol.
//!
//! Of an item that is asked blindly nothing that was read leaves the server: no value, no alternatives, no messages, no raw text.

#[doc(hidden)]
pub mod fake;

use serde::{Deserialize, Serialize};

use crate::model::{Measured, Mode, Outcome, PageJoin, Reviewer};

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub enum DeskError {
    /// There is no such item, document or page (any more).
    #[error("there is nothing of that name")]
    Unknown,
    /// The item was changed or taken by somebody else meanwhile; nothing was changed.
    #[error("{}", .0.message)]
    Stale(Box<Meanwhile>),
    /// The account may not do that.
    #[error("{0}")]
    Forbidden(&'static str),
    /// What was typed cannot stand in the field; says what is wanted.
    #[error("{0}")]
    Unclear(String),
    /// A fault of program, archive or disk; `id` stands in the log, with what happened and without patient text.
    #[error("something went wrong; the log knows it as {id}")]
    Fault {
        /// What the log calls it.
        id: String,
    },
}

/// What became of an item that somebody else was faster with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Meanwhile {
    /// In words.
    pub message: String,
    /// What they said; `None` where that must not be seen.
    pub value: Option<String>,
}

/// Which items are wanted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Wanted {
    /// How many at most.
    pub count: usize,
    /// Names of items that the page has already.
    pub have: Vec<String>,
    /// Of this field alone.
    pub field: Option<String>,
    /// Of documents of this kind alone (LOINC code).
    pub kind: Option<String>,
    /// Of this document alone (its opaque name).
    pub document: Option<String>,
    /// For the group view: one closed field, values that the machine read alike.
    pub group: bool,
    /// For the conflict view.
    pub conflicts: bool,
    /// What was given to the lead.
    pub escalated: bool,
}

/// One item as the page shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Task {
    /// Its name.
    pub id: String,
    /// To be given back with the answer.
    pub version: i64,
    /// The field's name in files.
    pub field: String,
    /// The field in words: `Date of birth`, `Medication`.
    pub label: String,
    /// Its number within its group.
    pub item: Option<u32>,
    /// Opaque name of the document.
    pub document: String,
    /// Kind of the document, in words.
    pub kind: String,
    /// Page in the source.
    pub page: u32,
    /// Pages of the document.
    pub pages: Vec<u32>,
    /// How it is asked.
    pub mode: String,
    /// What stands in the box; `None` when asked blindly or where nothing was found.
    pub value: Option<String>,
    /// The text as it was read.
    pub raw: Option<String>,
    /// The value as a person would write it, where that differs: `4 March 1950` for `1950-03-04`, `Married` for `M`.
    pub reads: Option<String>,
    /// Up to nine other readings, normal forms.
    pub alternatives: Vec<Alternative>,
    /// Character ranges of `value` that are doubtful, from 0, end excluded.
    pub doubtful: Vec<(usize, usize)>,
    /// Why it waits and what rules say of it, in words.
    pub messages: Vec<String>,
    /// Settled identity of the document, so that a page of another patient is noticed.
    pub context: Vec<(String, String)>,
    /// Members of a closed set, value and words; empty for open fields.
    pub choices: Vec<(String, String)>,
    /// The value's place within the snippet, percent.
    pub outline: Option<[f64; 4]>,
    /// The value's place on the upright page picture, percent.
    pub place: Option<[f64; 4]>,
    /// Where the machine found nothing: the snippet is the place where a person should look.
    pub missing: bool,
    /// What a person had decided before the page was read otherwise.
    pub before: Option<String>,
    /// The two entries of a conflict, in random order; only for who settles it.
    pub entries: Vec<String>,
    /// Size of the snippet in pixels.
    pub snippet: (u32, u32),
    /// The value of the item of this field that the reviewer answered last, for the key that repeats it.
    pub previous: Option<String>,
}

/// Another reading.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alternative {
    /// The value.
    pub value: String,
    /// Where it comes from: `second engine`, `other date order`, `other papers`, `dictionary`.
    pub source: String,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The item.
    pub id: String,
    /// The version that was shown.
    pub version: i64,
    /// What is said.
    pub outcome: Outcome,
    /// What stood in the box.
    #[serde(default)]
    pub value: String,
    /// The alternative that was taken, from 1.
    #[serde(default)]
    pub rank: Option<u8>,
    /// Where a person says that the value stands, percent of the upright page picture.
    #[serde(default)]
    pub place: Option<[f64; 4]>,
    /// Whether the page was opened.
    #[serde(default)]
    pub context: bool,
    /// Given although rules object: the page asked once.
    #[serde(default)]
    pub insist: bool,
    /// `field`, `group`, `document`, `conflict`.
    #[serde(default)]
    pub view: String,
    /// A remark.
    #[serde(default)]
    pub note: String,
    /// How long it took.
    #[serde(default)]
    pub measured: Measured,
}

/// What became of an answer. It is on disk when this is given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The item.
    pub id: String,
    /// What is kept, normalised; empty where nothing is or it must not be seen.
    pub value: String,
    /// How many items are still open.
    pub open: u64,
    /// A question instead of a deed: what a rule objects to, or that a blind entry differs from another reading. Nothing was kept;
    /// the same answer with `insist` is.
    pub doubt: Option<String>,
}

/// The queue's figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Queue {
    /// Items that wait for this reviewer.
    pub open: u64,
    /// Of these, by field: name, words, count.
    pub fields: Vec<(String, String, u64)>,
    /// By reason in words.
    pub reasons: Vec<(String, u64)>,
    /// By kind of document: code, words, count.
    pub kinds: Vec<(String, String, u64)>,
    /// Fields that can be answered in groups: name, words, count.
    pub groups: Vec<(String, String, u64)>,
    /// Minutes left at the reviewer's own pace, or the team's, or a stated default.
    pub minutes: Option<f64>,
    /// Documents that one more answer completes.
    pub nearly: u64,
    /// Conflicts that this reviewer may settle.
    pub conflicts: u64,
    /// Items that were given to the lead.
    pub escalated: u64,
    /// Put off by this reviewer.
    pub postponed: u64,
    /// Answers of this reviewer that can be undone.
    pub undoable: u64,
    /// Fields that an alarm switched off, in words.
    pub alarms: Vec<String>,
}

/// One of the reviewer's last answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Mine {
    /// The line of the chain.
    pub line: i64,
    /// The item.
    pub id: String,
    /// Field in words.
    pub label: String,
    /// When, seconds since 1970-01-01 UTC.
    pub at: i64,
    /// What was said.
    pub outcome: String,
    /// The value that was given.
    pub value: String,
    /// Whether it can be taken back.
    pub undoable: bool,
}

/// A reviewer's figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Whose.
    pub reviewer: String,
    /// Answers.
    pub answered: u64,
    /// Answers a minute of active time.
    pub per_minute: Option<f64>,
    /// Median seconds of active time an answer.
    pub median_seconds: Option<f64>,
    /// Share corrected of what was confirmed or corrected, 0–1.
    pub corrected: Option<f64>,
    /// Planted errors met.
    pub seeded: u64,
    /// Of these, noticed.
    pub caught: u64,
    /// Exact 95 % interval of the catch rate.
    pub catch_interval: Option<(f64, f64)>,
    /// Blind entries that another person keyed too.
    pub paired: u64,
    /// Of these, alike.
    pub agreed: u64,
}

/// A document as the document view shows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Paper {
    /// Opaque name.
    pub id: String,
    /// Kind: code.
    pub kind: String,
    /// Its pages in the source.
    pub pages: Vec<u32>,
    /// Every page of the source, with the document that it is in now (opaque name) and what a person said of it.
    pub source_pages: Vec<(u32, String, Option<PageJoin>)>,
    /// Its values in the order of the paper.
    pub values: Vec<PaperValue>,
    /// The kinds there are: code, words.
    pub kinds: Vec<(String, String)>,
    /// The fields there are: name, words, whether they repeat.
    pub fields: Vec<(String, String, bool)>,
}

/// A value of a document.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PaperValue {
    /// The item that asks of it, if one is open and not blind.
    pub task: Option<Task>,
    /// Field: name.
    pub field: String,
    /// Field in words.
    pub label: String,
    /// Number within its group.
    pub item: Option<u32>,
    /// Page.
    pub page: u32,
    /// The value; `None` where it may not be seen (asked blindly).
    pub value: Option<String>,
    /// Status as in fields.csv.
    pub status: String,
    /// Its place on the upright page picture, percent.
    pub place: Option<[f64; 4]>,
    /// What names it, for changes of values that no item asks of.
    pub handle: String,
}

/// A value that the machine missed, or a change of one that no item asks of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    /// The document.
    pub document: String,
    /// The value that is changed; `None` adds one.
    #[serde(default)]
    pub handle: Option<String>,
    /// Its field.
    pub field: String,
    /// Number within its group; `None` makes a new item of a field that repeats.
    #[serde(default)]
    pub item: Option<u32>,
    /// Its page.
    pub page: u32,
    /// What is said of it.
    pub outcome: Outcome,
    /// The value.
    #[serde(default)]
    pub value: String,
    /// Where it stands, percent of the upright page picture.
    #[serde(default)]
    pub place: Option<[f64; 4]>,
    /// Given although rules object.
    #[serde(default)]
    pub insist: bool,
}

/// A place to be read again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadAgain {
    /// The document.
    pub document: String,
    /// The page.
    pub page: u32,
    /// The field as which it is read.
    pub field: String,
    /// The place, percent of the upright page picture.
    pub place: [f64; 4],
}

/// What stands at a place.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ReadThere {
    /// The text.
    pub raw: String,
    /// Its normal form in the field; the text itself where it has none.
    pub value: String,
}

/// How a page of a document's source joins the one before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restructure {
    /// A document of the source.
    pub document: String,
    /// The page.
    pub page: u32,
    /// What holds; `None` leaves it to the machine.
    pub join: Option<PageJoin>,
}

/// A picture's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Png {
    /// The file.
    pub bytes: std::sync::Arc<[u8]>,
}

/// What the page asks of the archive. Called from several threads at once; everything that returns `Ok` is on disk.
pub trait Desk: Send + Sync {
    /// The queue's figures.
    fn queue(&self, who: &Reviewer) -> Result<Queue, DeskError>;
    /// The next items, dearest first, claimed for this reviewer.
    fn tasks(&self, who: &Reviewer, wanted: &Wanted) -> Result<Vec<Task>, DeskError>;
    /// The picture of a value with a line's margin.
    fn snippet(&self, who: &Reviewer, item: &str) -> Result<Png, DeskError>;
    /// The upright picture of a page of a document, by the document's opaque name; `width` in pixels.
    fn page(&self, who: &Reviewer, document: &str, page: u32, width: u32) -> Result<Png, DeskError>;
    /// Keeps an answer.
    fn answer(&self, who: &Reviewer, given: &Given) -> Result<Kept, DeskError>;
    /// Keeps answers of a group, all or none.
    fn answer_all(&self, who: &Reviewer, given: &[Given]) -> Result<Vec<Kept>, DeskError>;
    /// Puts items off for half an hour.
    fn postpone(&self, who: &Reviewer, items: &[String]) -> Result<(), DeskError>;
    /// A remark to the lead, which changes nothing.
    fn note(&self, who: &Reviewer, item: &str, text: &str) -> Result<(), DeskError>;
    /// Takes back the reviewer's last answer, or the one of a line of the chain, and gives its item.
    fn undo(&self, who: &Reviewer, line: Option<i64>) -> Result<Task, DeskError>;
    /// The reviewer's last fifty answers, the last one first.
    fn mine(&self, who: &Reviewer) -> Result<Vec<Mine>, DeskError>;
    /// The reviewer's own figures first; those of all others too for a lead or an auditor.
    fn figures(&self, who: &Reviewer) -> Result<Vec<Figures>, DeskError>;
    /// A document.
    fn paper(&self, who: &Reviewer, document: &str) -> Result<Paper, DeskError>;
    /// Adds a value, or changes one that no item asks of.
    fn amend(&self, who: &Reviewer, amendment: &Amendment) -> Result<Kept, DeskError>;
    /// Reads a place again.
    fn read_again(&self, who: &Reviewer, place: &ReadAgain) -> Result<ReadThere, DeskError>;
    /// Says how a page joins the one before; the source's documents are made anew. Gives the document in which the page is now.
    fn restructure(&self, who: &Reviewer, change: &Restructure) -> Result<Paper, DeskError>;
    /// Gives up what the reviewer has claimed; a lead may give a name.
    fn release(&self, who: &Reviewer, of: Option<&str>) -> Result<u64, DeskError>;
    /// Notes a log-in, a log-out, a refused attempt: who, and what.
    fn audit(&self, who: &str, action: &str, subject: &str) -> Result<(), DeskError>;
}

/// Whether a mode keeps what was read from the page.
pub fn is_blind(mode: Mode) -> bool {
    mode != Mode::Confirm
}
