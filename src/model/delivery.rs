//! What became of resources that were sent to a server.

use serde::Serialize;

use super::Sha256;

/// What was done with one resource on a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Deed {
    /// The server took it as new.
    Created,
    /// The server had one with its identifier: that one stays as it is.
    Found,
    /// One that was created before got new content.
    Updated,
    /// One that was created before is marked as entered in error.
    Retracted,
    /// It should change and belongs to others: nothing was sent.
    Kept,
    /// It should be retracted and has no status that says so, or others use it: nothing was sent.
    Left,
    /// Another process had created the same person at the same time: ours was marked as replaced by theirs.
    Withdrawn,
    /// The server's copy is not the one that was written last: a person decides.
    Conflict,
    /// The server did not take it.
    Refused,
}

impl Deed {
    /// Every deed with its word.
    const WORDS: [(Self, &'static str); 9] = [
        (Self::Created, "created"),
        (Self::Found, "found"),
        (Self::Updated, "updated"),
        (Self::Retracted, "retracted"),
        (Self::Kept, "kept"),
        (Self::Left, "left"),
        (Self::Withdrawn, "withdrawn"),
        (Self::Conflict, "conflict"),
        (Self::Refused, "refused"),
    ];

    /// Its word, as stored and shown.
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(deed, _)| *deed == self).map_or("", |(_, word)| word)
    }

    /// Reads its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, known)| *known == word).map(|(deed, _)| *deed)
    }
}

/// How the delivery of one document ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// Everything is as it should be.
    Done,
    /// The server refused something: set aside.
    Refused,
    /// Somebody else changed something on the server: set aside.
    Conflict,
    /// The server could not be reached, or did not answer: to be tried again.
    Failed,
}

impl Ended {
    const WORDS: [(Self, &'static str); 4] =
        [(Self::Done, "done"), (Self::Refused, "refused"), (Self::Conflict, "conflict"), (Self::Failed, "failed")];

    /// Its word, as stored and shown.
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(ended, _)| *ended == self).map_or("", |(_, word)| word)
    }

    /// Reads its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(_, known)| *known == word).map(|(ended, _)| *ended)
    }

    /// Whether a person has to see to it before it is tried again.
    pub fn sets_aside(self) -> bool {
        matches!(self, Self::Refused | Self::Conflict)
    }
}

/// What was done with one resource of a document, as the ledger keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its type.
    pub kind: String,
    /// Its place within the document.
    pub path: String,
    /// What a server knows it by: `Kind?condition`, or `Kind/id` of one that is put at its own id. May hold a record number: not shown.
    pub key: String,
    /// Digest of its content, references taken by their keys.
    pub digest: String,
    /// Its id on the server.
    pub server_id: Option<String>,
    /// Its version on the server.
    pub version: Option<String>,
    /// What was done.
    pub deed: Deed,
    /// Size and SHA-256 of the scan that it holds.
    pub scan: Option<(u64, Sha256)>,
}

impl Delivery {
    /// Whether the resource is of its document (or its person) alone: others, such as houses and devices, may be brought by any document.
    pub fn is_of_document(&self) -> bool {
        !self.key.contains('?') || self.key.contains("=urn:chartlift:resource|")
    }
}

/// What is known of a resource on a server: the sum of its deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The last delivery that the server took part in.
    pub last: Delivery,
    /// Whether a push of this archive created it, so that it may be changed.
    pub ours: bool,
    /// Digest of the content that the server holds by this archive; `None` where others wrote it.
    pub holds: Option<String>,
}

impl Known {
    /// Sums up deliveries, given in their order: the last word about each place and key.
    pub fn sum(deliveries: impl IntoIterator<Item = Delivery>) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for delivery in deliveries {
            let same = |known: &&mut Self| known.last.path == delivery.path && known.last.key == delivery.key;
            let before = all.iter_mut().find(same);
            match (delivery.deed, before) {
                (Deed::Refused, _) => {}
                // The content that the server holds is still the one before: what is wanted is asked for again.
                (Deed::Conflict, Some(known)) => known.last.deed = Deed::Conflict,
                (Deed::Conflict, None) => {}
                // Of the withdrawn one nothing is left to do; the one found in its place follows.
                (Deed::Withdrawn, Some(known)) => {
                    (known.ours, known.holds) = (false, None);
                    known.last = delivery;
                }
                (Deed::Withdrawn, None) => all.push(Self { ours: false, holds: None, last: delivery }),
                (_, Some(known)) => {
                    let (ours, holds) = match delivery.deed {
                        Deed::Created => (true, Some(delivery.digest.clone())),
                        Deed::Updated => (known.ours, Some(delivery.digest.clone())),
                        Deed::Found => (false, None),
                        _ => (known.ours, known.holds.clone()),
                    };
                    let id = delivery.server_id.clone().or_else(|| known.last.server_id.clone());
                    let version = delivery.version.clone().or_else(|| known.last.version.clone());
                    let scan = delivery.scan.or(known.last.scan);
                    *known = Self { ours, holds, last: Delivery { server_id: id, version, scan, ..delivery } };
                }
                (deed, None) => {
                    let ours = deed == Deed::Created;
                    all.push(Self { ours, holds: ours.then(|| delivery.digest.clone()), last: delivery });
                }
            }
        }
        all
    }

    /// Takes over what other documents of the archive did with the same resource: which one created it, what it holds now, and its version. For resources that
    /// are made of all documents of a person, so that any of them may bring the change.
    pub fn share(&mut self, deliveries: &[Delivery]) {
        let Some(created) = deliveries.iter().find(|d| d.deed == Deed::Created && d.server_id == self.last.server_id) else { return };
        let same = || deliveries.iter().filter(|d| d.server_id == created.server_id);
        self.ours = true;
        self.holds = same().rev().find(|d| matches!(d.deed, Deed::Created | Deed::Updated)).map(|d| d.digest.clone());
        self.last.version = same().rev().find_map(|d| d.version.clone());
    }

    /// Whether the document's resource lives on at the server.
    pub fn lives(&self) -> bool {
        !matches!(self.last.deed, Deed::Retracted | Deed::Left | Deed::Withdrawn) && self.last.server_id.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(deed: Deed, digest: &str, version: Option<&str>) -> Delivery {
        Delivery {
            kind: "Observation".into(),
            path: "Observation/1".into(),
            key: "Observation?identifier=a|b".into(),
            digest: digest.into(),
            server_id: version.map(|_| "7".into()),
            version: version.map(str::to_owned),
            deed,
            scan: None,
        }
    }

    #[test]
    fn the_last_word_counts_and_what_was_created_stays_ours() {
        let table = [
            (vec![row(Deed::Created, "a", Some("1"))], (true, "a", Some("1"), true)),
            (vec![row(Deed::Found, "a", Some("4"))], (false, "a", Some("4"), true)),
            (vec![row(Deed::Created, "a", Some("1")), row(Deed::Updated, "b", Some("2"))], (true, "b", Some("2"), true)),
            (vec![row(Deed::Created, "a", Some("1")), row(Deed::Retracted, "a", Some("2"))], (true, "a", Some("2"), false)),
            (vec![row(Deed::Created, "a", Some("1")), row(Deed::Conflict, "b", None)], (true, "a", Some("1"), true)),
            (vec![row(Deed::Created, "a", Some("1")), row(Deed::Refused, "b", None)], (true, "a", Some("1"), true)),
            (vec![row(Deed::Found, "a", Some("1")), row(Deed::Kept, "b", None)], (false, "b", Some("1"), true)),
            (vec![row(Deed::Withdrawn, "a", Some("1")), row(Deed::Found, "a", Some("3"))], (false, "a", Some("3"), true)),
        ];
        for (rows, (ours, digest, version, lives)) in table {
            let text = format!("{rows:?}");
            let known = Known::sum(rows);
            assert_eq!(known.len(), 1, "{text}");
            let one = &known[0];
            assert_eq!(
                (one.ours, one.last.digest.as_str(), one.last.version.as_deref(), one.lives()),
                (ours, digest, version, lives),
                "{text}"
            );
        }
        assert!(Known::sum([row(Deed::Refused, "a", None)]).is_empty());
    }

    #[test]
    fn what_one_document_created_another_may_change() {
        let mut known = Known::sum([row(Deed::Found, "a", Some("1"))]).remove(0);
        known.share(&[row(Deed::Created, "a", Some("1")), row(Deed::Found, "a", Some("1")), row(Deed::Updated, "b", Some("2"))]);
        assert_eq!((known.ours, known.holds.as_deref(), known.last.version.as_deref()), (true, Some("b"), Some("2")));
        let mut others = Known::sum([row(Deed::Found, "a", Some("1"))]).remove(0);
        others.share(&[row(Deed::Found, "a", Some("1")), row(Deed::Found, "b", Some("3"))]);
        assert_eq!((others.ours, others.holds, others.last.version.as_deref()), (false, None, Some("1")));
    }

    #[test]
    fn words_are_read_back() {
        assert!(Deed::WORDS.iter().all(|(deed, word)| Deed::parse(word) == Some(*deed) && deed.as_str() == *word));
        assert!(Ended::WORDS.iter().all(|(ended, word)| Ended::parse(word) == Some(*ended) && ended.as_str() == *word));
    }
}
