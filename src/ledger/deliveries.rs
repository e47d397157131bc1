//! What was delivered to which server: pushes, attempts, their outcomes, and what was done with every resource. Nothing is ever changed or
//! taken away but the end of a push; what is known of a resource is the sum of its rows ([`Known::sum`]).

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use super::{Ledger, LedgerError, audit, claims::unexpected, now};
use crate::model::{Deed, Delivery, DocumentId, Ended, Known, Sha256};

/// A push's row number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PushKey(i64);

/// An attempt's row number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttemptKey(i64);

/// What became of a document's scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScanSent {
    /// It is with the resources.
    Sent,
    /// It was wanted and could not be made.
    Missing,
    /// Nobody wanted it.
    Unwanted,
}

impl ScanSent {
    const WORDS: [(Self, &'static str); 3] = [(Self::Sent, "sent"), (Self::Missing, "missing"), (Self::Unwanted, "unwanted")];

    fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(scan, _)| *scan == self).map_or("", |(_, word)| word)
    }
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptOutcome {
    /// How.
    pub ended: Ended,
    /// Of what was to be delivered, the scan aside.
    pub fingerprint: String,
    /// What became of the scan.
    pub scan: ScanSent,
    /// In words, without the page's text.
    pub said: String,
    /// The server's own words, which may quote the page.
    pub detail: String,
}

/// What is known of a document at one destination.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Its resources.
    pub known: Vec<Known>,
    /// Whether an attempt since the last that was done may have reached the server without an answer.
    pub unanswered: bool,
    /// The last attempt that ended.
    pub last: Option<AttemptOutcome>,
    /// Attempts so far.
    pub attempts: u32,
}

/// A document that something was delivered of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeliveredDocument {
    /// Digest of its source.
    pub sha256: Sha256,
    /// Its number in the source.
    pub ordinal: u32,
    /// Its name when it was delivered last.
    pub document: DocumentId,
}

/// The type of which all documents of a person bring the same resource, made of all of them.
const OF_A_PERSON: &str = "Patient";
const OF_DESTINATION: &str =
    "FROM deliveries JOIN attempts ON attempts.id = deliveries.attempt JOIN pushes ON pushes.id = attempts.push WHERE destination = ?1";
const COLUMNS: &str = "deliveries.kind, path, resource_key, digest, server_id, deliveries.version, deed, scan_size, scan_sha256";

impl Ledger {
    /// Opens a push.
    pub fn begin_push(&mut self, destination: &str, mode: &str) -> Result<PushKey, LedgerError> {
        let work = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute(
                "INSERT INTO pushes (destination, started_at, version, mode, pid) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![destination, now(), env!("CARGO_PKG_VERSION"), mode, std::process::id()],
            )?;
            let push = transaction.last_insert_rowid();
            audit::append(&transaction, "push", "began", &format!("push {push} to {destination}"))?;
            transaction.commit()?;
            Ok(PushKey(push))
        };
        work(&mut self.connection).map_err(|source| self.fault("begin a push in", source))
    }

    /// Closes a push.
    pub fn end_push(&mut self, push: PushKey, exit_code: i32) -> Result<(), LedgerError> {
        let work = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            transaction.execute("UPDATE pushes SET ended_at = ?2, exit_code = ?3 WHERE id = ?1", params![push.0, now(), exit_code])?;
            audit::append(&transaction, "push", "ended", &format!("push {}, exit code {exit_code}", push.0))?;
            transaction.commit()
        };
        work(&mut self.connection).map_err(|source| self.fault("end a push in", source))
    }

    /// Notes that a document is about to be sent.
    pub fn begin_attempt(&mut self, push: PushKey, of: &DeliveredDocument) -> Result<AttemptKey, LedgerError> {
        self.connection
            .execute(
                "INSERT INTO attempts (push, begun_at, sha256, ordinal, document) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![push.0, now(), of.sha256.to_string(), of.ordinal, of.document.as_str()],
            )
            .map_err(|source| self.fault("begin an attempt in", source))?;
        Ok(AttemptKey(self.connection.last_insert_rowid()))
    }

    /// Keeps how an attempt ended and what was done: all or none.
    pub fn end_attempt(&mut self, attempt: AttemptKey, outcome: &AttemptOutcome, deliveries: &[Delivery]) -> Result<(), LedgerError> {
        let work = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let AttemptOutcome { ended, fingerprint, scan, said, detail } = outcome;
            transaction.execute(
                "INSERT INTO attempt_outcomes (attempt, ended_at, outcome, fingerprint, scan, said, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![attempt.0, now(), ended.as_str(), fingerprint, scan.as_str(), said, detail],
            )?;
            for d in deliveries {
                let (size, sha256) = d.scan.map_or((None, None), |(size, sha256)| (Some(size.cast_signed()), Some(sha256.to_string())));
                transaction.execute(
                    "INSERT INTO deliveries (attempt, kind, path, resource_key, digest, server_id, version, deed, scan_size, scan_sha256)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
                    params![attempt.0, d.kind, d.path, d.key, d.digest, d.server_id, d.version, d.deed.as_str(), size, sha256],
                )?;
            }
            transaction.commit()
        };
        work(&mut self.connection).map_err(|source| self.fault("keep what was delivered in", source))
    }

    /// What is known of a document at a destination.
    pub fn standing(&self, destination: &str, sha256: &Sha256, ordinal: u32) -> Result<Standing, LedgerError> {
        let work = |connection: &Connection| {
            let sha256 = sha256.to_string();
            let mut standing = Standing::default();
            let sql = format!("SELECT {COLUMNS} {OF_DESTINATION} AND sha256 = ?2 AND ordinal = ?3 ORDER BY deliveries.id");
            let mut statement = connection.prepare(&sql)?;
            let rows = statement.query_map(params![destination, sha256, ordinal], delivery)?.collect::<Result<Vec<_>, _>>()?;
            standing.known = Known::sum(rows);
            let sql = format!("SELECT {COLUMNS} {OF_DESTINATION} AND resource_key = ?2 ORDER BY deliveries.id");
            for known in standing.known.iter_mut().filter(|known| known.last.kind == OF_A_PERSON) {
                let mut statement = connection.prepare(&sql)?;
                let rows = statement.query_map(params![destination, known.last.key], delivery)?.collect::<Result<Vec<_>, _>>()?;
                known.share(&rows);
            }
            let mut statement = connection.prepare(
                "SELECT outcome, fingerprint, scan, said, detail FROM attempts JOIN pushes ON pushes.id = push
                 LEFT JOIN attempt_outcomes ON attempt = attempts.id WHERE destination = ?1 AND sha256 = ?2 AND ordinal = ?3 ORDER BY attempts.id",
            )?;
            let mut rows = statement.query(params![destination, sha256, ordinal])?;
            while let Some(row) = rows.next()? {
                standing.attempts += 1;
                let Some(word) = row.get::<_, Option<String>>(0)? else {
                    standing.unanswered = true;
                    continue;
                };
                let ended = Ended::parse(&word).ok_or_else(|| unexpected(0, "an outcome"))?;
                standing.unanswered = match ended {
                    Ended::Done => false,
                    Ended::Failed => true,
                    Ended::Refused | Ended::Conflict => standing.unanswered,
                };
                let scan: String = row.get(2)?;
                let scan = ScanSent::WORDS.iter().find(|(_, word)| *word == scan).ok_or_else(|| unexpected(2, "what became of a scan"))?.0;
                standing.last = Some(AttemptOutcome { ended, fingerprint: row.get(1)?, scan, said: row.get(3)?, detail: row.get(4)? });
            }
            Ok(standing)
        };
        work(&self.connection).map_err(|source| self.fault("read the deliveries of", source))
    }

    /// Documents that something was delivered of, by their digests.
    pub fn delivered_documents(&self, destination: &str) -> Result<BTreeSet<DeliveredDocument>, LedgerError> {
        let work = |connection: &Connection| {
            let sql = format!("SELECT DISTINCT sha256, ordinal, document {OF_DESTINATION} ORDER BY attempts.id");
            let mut statement = connection.prepare(&sql)?;
            let mut last: BTreeMap<(Sha256, u32), DocumentId> = BTreeMap::new();
            let mut rows = statement.query([destination])?;
            while let Some(row) = rows.next()? {
                let sha256 = Sha256::from_hex(&row.get::<_, String>(0)?).ok_or_else(|| unexpected(0, "a digest"))?;
                last.insert((sha256, row.get(1)?), DocumentId::from_stored(row.get::<_, String>(2)?));
            }
            Ok(last.into_iter().map(|((sha256, ordinal), document)| DeliveredDocument { sha256, ordinal, document }).collect())
        };
        work(&self.connection).map_err(|source| self.fault("read the deliveries of", source))
    }

    /// How many resources of each type the destination holds by what was delivered, retracted ones among them.
    pub fn delivered_counts(&self, destination: &str) -> Result<BTreeMap<String, u64>, LedgerError> {
        let work = |connection: &Connection| {
            let sql = format!(
                "SELECT deliveries.kind, count(DISTINCT server_id) {OF_DESTINATION} AND server_id IS NOT NULL AND deed NOT IN ('conflict', 'refused', 'kept', 'left')
                 GROUP BY deliveries.kind"
            );
            let mut statement = connection.prepare(&sql)?;
            statement
                .query_map([destination], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?
                .collect::<Result<BTreeMap<_, _>, _>>()
        };
        work(&self.connection).map_err(|source| self.fault("count the deliveries of", source))
    }

    /// The server's own words about the last refusal of a document. They may quote the page.
    pub fn refusal(&self, destination: &str, document: &DocumentId) -> Result<Option<String>, LedgerError> {
        self.connection
            .query_row(
                "SELECT detail FROM attempt_outcomes JOIN attempts ON attempts.id = attempt JOIN pushes ON pushes.id = push
                 WHERE destination = ?1 AND document = ?2 AND detail <> '' ORDER BY attempt DESC LIMIT 1",
                params![destination, document.as_str()],
                |row| row.get(0),
            )
            .optional()
            .map_err(|source| self.fault("read the deliveries of", source))
    }
}

fn delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    let (deed, size, sha256): (String, Option<i64>, Option<String>) = (row.get(6)?, row.get(7)?, row.get(8)?);
    let sha256 = sha256.map(|hex| Sha256::from_hex(&hex).ok_or_else(|| unexpected(8, "a digest"))).transpose()?;
    Ok(Delivery {
        kind: row.get(0)?,
        path: row.get(1)?,
        key: row.get(2)?,
        digest: row.get(3)?,
        server_id: row.get(4)?,
        version: row.get(5)?,
        deed: Deed::parse(&deed).ok_or_else(|| unexpected(6, "a deed"))?,
        scan: size.map(i64::unsigned_abs).zip(sha256),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TO: &str = "https://fhir.example.org/r4";

    fn outcome(ended: Ended) -> AttemptOutcome {
        AttemptOutcome { ended, fingerprint: "f".into(), scan: ScanSent::Sent, said: "said".into(), detail: "told".into() }
    }

    fn row(deed: Deed, id: Option<&str>) -> Delivery {
        Delivery {
            kind: "Patient".into(),
            path: "Patient".into(),
            key: "Patient?identifier=a|b".into(),
            digest: "d".into(),
            server_id: id.map(str::to_owned),
            version: id.map(|_| "1".into()),
            deed,
            scan: Some((12, Sha256::of(b"scan"))),
        }
    }

    #[test]
    fn what_was_delivered_is_known_by_destination_and_a_lost_answer_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::create(&folder.path().join("l"), "id").unwrap();
        let of = DeliveredDocument { sha256: Sha256::of(b"a"), ordinal: 1, document: DocumentId::from_stored("a.pdf") };
        let standing = |ledger: &Ledger| ledger.standing(TO, &of.sha256, 1).unwrap();
        assert_eq!(standing(&ledger), Standing::default());
        let push = ledger.begin_push(TO, "transaction").unwrap();
        let first = ledger.begin_attempt(push, &of).unwrap();
        assert!(standing(&ledger).unanswered);
        ledger.end_attempt(first, &outcome(Ended::Refused), &[row(Deed::Refused, None)]).unwrap();
        assert!(standing(&ledger).known.is_empty());
        let second = ledger.begin_attempt(push, &of).unwrap();
        ledger.end_attempt(second, &outcome(Ended::Done), &[row(Deed::Created, Some("7"))]).unwrap();
        let now = standing(&ledger);
        assert_eq!((now.attempts, now.unanswered, now.last.clone().unwrap().ended), (2, false, Ended::Done));
        assert_eq!((now.known.len(), now.known[0].ours, now.known[0].last.scan), (1, true, Some((12, Sha256::of(b"scan")))));
        assert_eq!(ledger.delivered_counts(TO).unwrap(), BTreeMap::from([("Patient".to_owned(), 1)]));
        assert_eq!(ledger.delivered_documents(TO).unwrap(), BTreeSet::from([of.clone()]));
        assert_eq!(ledger.refusal(TO, &of.document).unwrap().as_deref(), Some("told"));
        ledger.end_push(push, 0).unwrap();
        // Another server knows nothing of it, and nothing that was written can be changed.
        assert_eq!(ledger.standing("https://other.example.org", &of.sha256, 1).unwrap(), Standing::default());
        for sql in ["UPDATE deliveries SET deed = 'found'", "DELETE FROM attempts", "UPDATE attempt_outcomes SET said = ''"] {
            assert!(ledger.connection.execute(sql, []).is_err(), "{sql}");
        }
    }
}
