//! The end of the chain of decisions at a point in time, signed, and what a look through the chain finds.

use serde::{Deserialize, Serialize};

/// A signed end of the chain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// When, seconds since 1970-01-01 UTC.
    pub at: i64,
    /// On what occasion: `run`, `export`, `day`.
    pub why: String,
    /// How many lines the chain had.
    pub lines: i64,
    /// The digest of the last one.
    pub head: String,
    /// The key that signed it (Ed25519), hexadecimal.
    pub public: String,
    /// The signature, hexadecimal.
    pub signature: String,
}

impl Checkpoint {
    /// What is signed.
    pub fn message(&self, archive: &str) -> Vec<u8> {
        let Self { at, why, lines, head, .. } = self;
        format!("chartlift checkpoint 1\n{archive}\n{at}\n{why}\n{lines}\n{head}\n").into_bytes()
    }
}

/// What a look through the chain finds; each fault is a verdict of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ChainVerdict {
    /// Lines of the chain.
    pub lines: i64,
    /// The digest of its end.
    pub head: String,
    /// Checkpoints of the ledger.
    pub checkpoints: usize,
    /// Checkpoints that were kept outside of the archive on this machine.
    pub copies: usize,
    /// The first line that does not fit the one before it: it was changed, or moved here.
    pub altered_at: Option<i64>,
    /// The first number that no line has, although later ones have.
    pub missing_at: Option<i64>,
    /// A checkpoint of the ledger covers so many lines, and they are not there: the tail was cut.
    pub tail_missing: Option<i64>,
    /// A checkpoint that was kept outside covers so many lines, and they are not there.
    pub shorter_than_copy: Option<i64>,
    /// The lines up to this one are not those that a checkpoint covers, although each fits the one before it: the chain was written anew.
    pub rewritten_up_to: Option<i64>,
    /// Times of checkpoints whose signature is wrong.
    pub signature_wrong: Vec<i64>,
    /// Times of checkpoints that are kept outside and not in the ledger any more.
    pub checkpoints_missing: Vec<i64>,
    /// Times of checkpoints that another key than this machine's signed: their signatures say less.
    pub other_key: Vec<i64>,
}

impl ChainVerdict {
    /// Whether nothing was found that must not be.
    pub fn is_sound(&self) -> bool {
        let numbers = [self.altered_at, self.missing_at, self.tail_missing, self.shorter_than_copy, self.rewritten_up_to];
        numbers.iter().all(Option::is_none) && self.signature_wrong.is_empty() && self.checkpoints_missing.is_empty()
    }
}
