//! Documents to people.
//!
//! A first, conservative matching on values that may leave: documents are put together where they agree on enough and differ in nothing
//! that tells people apart; what half agrees is listed for a person, never merged. Nothing is guessed from likeness of spelling:
//! that, and merging by a person's decision, come with a later version.
//!
//! * Together: the same record number with the same birth date or a name that fits; or the same family name, a given name that fits and the same birth date.
//! * Apart, whatever else agrees: two birth dates, two social security numbers, two record numbers, two genders; or names of which neither part fits.
//!   A new family name alone (marriage) does not part what number and birth date join.
//! * The rules hold for whole groups: a document joins only if it differs from none of the group.

mod evidence;
mod kin;

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};

use crate::model::{DocumentId, DocumentRecord};
use evidence::{Difference, Evidence};
pub use kin::Kin;

/// Documents that are about one person, as far as the papers say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatientGroup {
    /// The documents, sorted.
    pub documents: Vec<DocumentId>,
    /// Whether a document of it says who the person is (number, name or birth date); otherwise it is one document that says nothing.
    pub identified: bool,
}

/// Why two groups that share something stay apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConflictKind {
    /// One record number, two people by name, birth date or another number.
    SharedNumber,
    /// One name and birth date, two record numbers (or genders, or social security numbers).
    SharedName,
}

/// Two documents that share something and contradict each other; the first ones, in order, of their groups.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    /// What they share.
    pub kind: ConflictKind,
    /// A document of the one group.
    pub first: DocumentId,
    /// A document of the other.
    pub second: DocumentId,
}

/// All documents, grouped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grouping {
    /// The groups, by their first document; every document is in exactly one.
    pub groups: Vec<PatientGroup>,
    /// What a person should look at, sorted.
    pub conflicts: Vec<Conflict>,
    /// Documents whose record number is shared by people who contradict each other: the number must not be used to match them.
    pub contested: BTreeSet<DocumentId>,
}

impl Grouping {
    /// How many people the papers tell apart.
    pub fn people(&self) -> usize {
        self.groups.iter().filter(|group| group.identified).count()
    }
}

/// Groups documents by person. The order of the records does not matter; of each only a few short texts are kept.
pub fn group<R: Borrow<DocumentRecord>>(records: impl IntoIterator<Item = R>) -> Grouping {
    let mut all: Vec<Evidence> = records.into_iter().map(|record| Evidence::of(record.borrow())).collect();
    all.sort_by(|a, b| a.document.cmp(&b.document));
    let mut clusters = Clusters { of: (0..all.len()).collect(), members: (0..all.len()).map(|at| vec![at]).collect(), all };
    // The stronger tie first: a record number is given to one person, a name and birth date are not.
    let by_number = clusters.bucket(Evidence::number_key);
    let by_name = clusters.bucket(Evidence::name_key);
    let mut conflicts = BTreeSet::new();
    for (kind, buckets) in [(ConflictKind::SharedNumber, &by_number), (ConflictKind::SharedName, &by_name)] {
        for bucket in buckets.values() {
            clusters.join_within(bucket, kind);
        }
    }
    let mut contested = BTreeSet::new();
    for (kind, buckets) in [(ConflictKind::SharedNumber, &by_number), (ConflictKind::SharedName, &by_name)] {
        for bucket in buckets.values() {
            let found = clusters.conflicts_within(bucket, kind);
            if kind == ConflictKind::SharedNumber && !found.is_empty() {
                contested.extend(bucket.iter().map(|&at| clusters.all[at].document.clone()));
            }
            conflicts.extend(found);
        }
    }
    Grouping { groups: clusters.groups(), conflicts: conflicts.into_iter().collect(), contested }
}

struct Clusters {
    all: Vec<Evidence>,
    /// The cluster that a document is in, named by its first document.
    of: Vec<usize>,
    /// The documents of the cluster of that name, ascending; empty if it was merged away.
    members: Vec<Vec<usize>>,
}

impl Clusters {
    /// Documents by a shared key, ascending; those alone under theirs are left out.
    fn bucket(&self, key: impl Fn(&Evidence) -> Option<String>) -> BTreeMap<String, Vec<usize>> {
        let mut buckets: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, evidence) in self.all.iter().enumerate() {
            if let Some(key) = key(evidence) {
                buckets.entry(key).or_default().push(at);
            }
        }
        buckets.retain(|_, bucket| bucket.len() > 1);
        buckets
    }

    fn join_within(&mut self, bucket: &[usize], kind: ConflictKind) {
        for (nth, &later) in bucket.iter().enumerate() {
            // One try for each group that is already in the bucket.
            let mut tried = BTreeSet::new();
            for &earlier in &bucket[..nth] {
                let (a, b) = (self.of[earlier], self.of[later]);
                if a == b || !tried.insert((a, b)) || !self.corroborated(a, b, kind) || self.differ(a, b) {
                    continue;
                }
                let (into, from) = (a.min(b), a.max(b));
                let moved = std::mem::take(&mut self.members[from]);
                moved.iter().for_each(|&at| self.of[at] = into);
                self.members[into].extend(moved);
                self.members[into].sort_unstable();
            }
        }
    }

    /// Whether some pair of the two clusters agrees on more than the key alone.
    fn corroborated(&self, a: usize, b: usize, kind: ConflictKind) -> bool {
        self.pairs(a, b).any(|(a, b)| match kind {
            ConflictKind::SharedNumber => a.same_number(b) && (a.same_birth(b) || a.name_fits(b)),
            ConflictKind::SharedName => a.same_name_key(b) && a.given_fits(b),
        })
    }

    fn differ(&self, a: usize, b: usize) -> bool {
        self.pairs(a, b).any(|(a, b)| a.difference(b).is_some())
    }

    fn pairs(&self, a: usize, b: usize) -> impl Iterator<Item = (&Evidence, &Evidence)> {
        let (a, b) = (&self.members[a], &self.members[b]);
        a.iter().flat_map(move |&x| b.iter().map(move |&y| (&self.all[x], &self.all[y])))
    }

    fn conflicts_within(&self, bucket: &[usize], kind: ConflictKind) -> Vec<Conflict> {
        let clusters: BTreeSet<usize> = bucket.iter().map(|&at| self.of[at]).collect();
        let clusters: Vec<usize> = clusters.into_iter().collect();
        let mut found = Vec::new();
        for (nth, &b) in clusters.iter().enumerate() {
            for &a in &clusters[..nth] {
                let contradicts = self.pairs(a, b).any(|(x, y)| match kind {
                    ConflictKind::SharedNumber => x.difference(y).is_some(),
                    // Two given names under one family name and birth date are twins, and no conflict.
                    ConflictKind::SharedName => x.given_fits(y) && x.difference(y).is_some_and(|d| d != Difference::Name),
                });
                if contradicts {
                    let name = |cluster: usize| self.all[self.members[cluster][0]].document.clone();
                    found.push(Conflict { kind, first: name(a), second: name(b) });
                }
            }
        }
        found
    }

    fn groups(&self) -> Vec<PatientGroup> {
        let group = |members: &Vec<usize>| PatientGroup {
            documents: members.iter().map(|&at| self.all[at].document.clone()).collect(),
            identified: members.iter().any(|&at| self.all[at].says_something()),
        };
        self.members.iter().filter(|members| !members.is_empty()).map(group).collect()
    }
}

#[cfg(test)]
mod tests;
