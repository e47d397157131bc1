//! The nouns that every other room shares: ids, geometry, pixels, words, field names, values with their evidence,
//! outcomes. This room imports no other room and does no I/O.

mod account;
mod carried;
mod checkpoint;
mod confinement;
mod delivery;
mod digest;
mod field;
mod geometry;
mod ids;
mod kind;
mod layout;
mod origin;
mod outcome;
mod page;
mod pixels;
mod recall;
mod record;
mod review;
mod trail;
mod value;
mod value_id;

pub use account::Account;
pub use carried::{Carriage, CarriedPage, Coding, Colour, Fax, Lay, Picture, Share};
pub use checkpoint::{ChainVerdict, Checkpoint};
pub use confinement::Confinement;
pub use delivery::{Deed, Delivery, Ended, Known};
pub use digest::{hex, keyed_hash};
pub use field::{DocumentKind, Field, Group, Section, ValueForm};
pub use geometry::{Affine, PercentBox, Rect};
pub use ids::{DocumentId, PageNumber, Sha256, SourcePath};
pub use kind::FileKind;
pub use layout::{Cell, Line, PageLayout, Segment};
pub use origin::{Capture, Origin};
pub use outcome::{FailureKind, PageOutcome, SourceFailure};
pub use page::{CheckBox, Doubt, PageQuality, PageReading, QuarterTurn, Ruling, RulingKind, SecondReading, TextSource, Treatment, Word};
pub use pixels::{GreyPage, RawPage, TextLayer};
pub use recall::Recall;
pub use record::DocumentRecord;
pub use review::{Act, Circumstances, Item, ItemState, Lane, Measured, Mode, Outcome, PageJoin, Reviewer, Role, Shown};
pub use trail::{Review, Told, Trail};
pub use value::{
    ADDED, Confidence, DecidedValue, ExtractedValue, Extraction, Form, LabelStands, Reason, Rule, STALE, Signals, Status, Step,
    Surroundings,
};
pub use value_id::{AuditOutcome, ValueId};
