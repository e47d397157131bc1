//! Signed ends of the chain, and the walk that holds every line against the one before it.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Row, params};

use super::{Ledger, LedgerError, chain};
use crate::model::{Checkpoint, Sha256};

/// What a walk along the chain finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainWalk {
    /// The number of the last line.
    pub lines: i64,
    /// The digest of the last line, as the lines have it.
    pub head: Sha256,
    /// The first line that does not fit the one before it.
    pub altered_at: Option<i64>,
    /// The first number that no line has, although later ones have.
    pub missing_at: Option<i64>,
    /// The digests at the lines that were asked for.
    pub heads: BTreeMap<i64, Sha256>,
}

impl Ledger {
    /// Number and digest of the chain's last line; a digest of nothing where there is none.
    pub fn chain_end(&self) -> Result<(i64, Sha256), LedgerError> {
        chain::end(&self.connection).map_err(|source| self.fault("read the decisions of", source))
    }

    /// Walks along the chain from its first line and keeps the digests at `wanted` lines. Goes on behind a fault, so that each is told of by itself.
    pub fn walk_chain(&self, wanted: &BTreeSet<i64>) -> Result<ChainWalk, LedgerError> {
        let work = || {
            let ground = chain::ground(&self.connection)?;
            let mut walk = ChainWalk { lines: 0, head: ground, altered_at: None, missing_at: None, heads: BTreeMap::new() };
            let mut hashed = false;
            if wanted.contains(&0) {
                walk.heads.insert(0, ground);
            }
            chain::walk(&self.connection, |line| {
                let stored = line.hash.as_deref().map(Sha256::from_hex);
                let digest = line.digest_after(walk.head);
                let fits = match stored {
                    Some(stored) => stored == Some(digest),
                    // Lines without a digest are those of older programs: none stands behind one that has one.
                    None => !hashed,
                };
                if line.number != walk.lines + 1 {
                    walk.missing_at = walk.missing_at.or(Some(walk.lines + 1));
                } else if !fits {
                    walk.altered_at = walk.altered_at.or(Some(line.number));
                }
                hashed |= stored.is_some();
                walk.lines = line.number;
                walk.head = stored.flatten().unwrap_or(digest);
                if wanted.contains(&line.number) {
                    walk.heads.insert(line.number, walk.head);
                }
                true
            })?;
            Ok(walk)
        };
        work().map_err(|source| self.fault("read the decisions of", source))
    }

    /// Every checkpoint, in the order in which they were made.
    pub fn checkpoints(&self) -> Result<Vec<Checkpoint>, LedgerError> {
        let work = || {
            let mut statement = self.connection.prepare("SELECT at, why, lines, head, public, signature FROM checkpoints ORDER BY id")?;
            statement.query_map([], checkpoint)?.collect::<rusqlite::Result<Vec<_>>>()
        };
        work().map_err(|source| self.fault("read the checkpoints of", source))
    }

    /// Keeps a checkpoint.
    pub fn keep_checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<(), LedgerError> {
        let Checkpoint { at, why, lines, head, public, signature } = checkpoint;
        let kept = self.connection.execute(
            "INSERT INTO checkpoints (at, why, lines, head, public, signature) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![at, why, lines, head, public, signature],
        );
        kept.map(|_| ()).map_err(|source| self.fault("keep a checkpoint in", source))
    }
}

fn checkpoint(row: &Row<'_>) -> rusqlite::Result<Checkpoint> {
    Ok(Checkpoint { at: row.get(0)?, why: row.get(1)?, lines: row.get(2)?, head: row.get(3)?, public: row.get(4)?, signature: row.get(5)? })
}
