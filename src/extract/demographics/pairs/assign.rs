//! The assignment of labels to values, page by page as a whole.
//!
//! **Cost model.** An offer (this label, this place, this reading) costs, in units of 1:
//!
//! | what | cost |
//! | --- | --- |
//! | behind its label in the same segment | 0 |
//! | in the next segment | 0.25, and 1/150 a unit of the gap |
//! | under its label | 0.3, 0.05 a unit of the drop, 0.02 a unit that it begins aside; 0.6 more under a colon outside of boxes |
//! | over its label (lines to sign on) | 0.9, and 0.05 a unit of the rise |
//! | a reading whose form says nothing | 0.15 |
//! | a label that was read with slips | 1 less its similarity |
//!
//! `e^(−2·cost)` stands for the chance that the pair is right. Of all assignments in which no words answer two labels and no label
//! has two answers, the one with the highest sum of chances is taken: the most pairs that can be expected to be right. A sure pair
//! is so never given up for two doubtful ones, yet a label yields its words where another needs them more and it has a place of its
//! own besides.
//!
//! Labels compete only where their offers share words. Each such group is solved alone, by Kuhn and Munkres's algorithm for
//! bipartite matching; a group larger than [`LARGEST`] is cut down greedily, so that the work stays linear in the page.

use std::collections::BTreeMap;

use pathfinding::kuhn_munkres::kuhn_munkres;
use pathfinding::matrix::Matrix;

use super::LabelAt;
use super::interpret::Reading;
use super::zones::Zone;
use crate::extract::demographics::labels::Hit;
use crate::extract::demographics::sheet::Spot;
use crate::model::Form;

/// What an answer without a form of its own costs more.
const FREE: f32 = 0.15;
/// How fast the chance falls with the cost.
const FALL: f32 = 2.0;
/// Chances as whole numbers, for the solver.
const SCALE: f32 = 1_000_000.0;
/// No group with more offers than this is solved as a whole.
pub(super) const LARGEST: usize = 48;

/// A label, where its value may stand, and what stands there.
#[derive(Clone, Debug)]
pub(super) struct Offer {
    /// The label.
    pub label: LabelAt,
    /// The place.
    pub zone: Zone,
    /// What it says: at least one reading.
    pub readings: Vec<Reading>,
    cost: f32,
}

impl Offer {
    /// Weighs an offer.
    pub(super) fn new(label: LabelAt, hit: &Hit, zone: Zone, readings: Vec<Reading>) -> Self {
        let free = readings.iter().any(|r| r.value.form == Form::Free);
        let cost = zone.cost + if free { FREE } else { 0.0 } + (1.0 - hit.similarity);
        Self { label, zone, readings, cost }
    }

    /// The tokens that it takes.
    pub(super) fn spots(&self) -> impl Iterator<Item = Spot> {
        self.readings.iter().flat_map(|r| r.spots.iter().copied())
    }

    fn chance(&self) -> i64 {
        ((-FALL * self.cost.max(0.0)).exp() * SCALE) as i64
    }
}

/// Takes the best set of offers: no label twice, no token twice. Sorted by label.
pub(super) fn assign(offers: Vec<Offer>) -> Vec<Offer> {
    let groups = groups(&offers);
    let mut taken = vec![false; offers.len()];
    for group in groups {
        for index in solve(&offers, group) {
            taken[index] = true;
        }
    }
    let mut out: Vec<Offer> = offers.into_iter().zip(taken).filter(|(_, t)| *t).map(|(o, _)| o).collect();
    out.sort_by_key(|o| o.label);
    out
}

/// Offers that are bound together by a common label or a common token.
fn groups(offers: &[Offer]) -> Vec<Vec<usize>> {
    let mut parent: Vec<usize> = (0..offers.len()).collect();
    fn root(parent: &mut [usize], mut k: usize) -> usize {
        while parent[k] != k {
            parent[k] = parent[parent[k]];
            k = parent[k];
        }
        k
    }
    let mut by_label: BTreeMap<LabelAt, usize> = BTreeMap::new();
    let mut by_spot: BTreeMap<Spot, usize> = BTreeMap::new();
    for (k, offer) in offers.iter().enumerate() {
        let first = *by_label.entry(offer.label).or_insert(k);
        let (a, b) = (root(&mut parent, first), root(&mut parent, k));
        parent[a.max(b)] = a.min(b);
        for spot in offer.spots() {
            let first = *by_spot.entry(spot).or_insert(k);
            let (a, b) = (root(&mut parent, first), root(&mut parent, k));
            parent[a.max(b)] = a.min(b);
        }
    }
    let mut out: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for k in 0..offers.len() {
        out.entry(root(&mut parent, k)).or_default().push(k);
    }
    out.into_values().collect()
}

/// The offers taken of one group.
fn solve(offers: &[Offer], mut group: Vec<usize>) -> Vec<usize> {
    if group.len() == 1 {
        return group;
    }
    if group.len() > LARGEST {
        return greedy(offers, group);
    }
    // Places are known by the first token that is taken. Two that overlap without beginning alike are found afterwards: the
    // weaker one is struck out and the rest is solved again.
    loop {
        let chosen = matching(offers, &group);
        match clash(offers, &chosen) {
            Some(weaker) => group.retain(|k| *k != weaker),
            None => return chosen,
        }
    }
}

fn matching(offers: &[Offer], group: &[usize]) -> Vec<usize> {
    let mut rows: Vec<LabelAt> = group.iter().map(|&k| offers[k].label).collect();
    rows.sort_unstable();
    rows.dedup();
    let anchor = |k: usize| offers[k].spots().min();
    let mut columns: Vec<Option<Spot>> = group.iter().map(|&k| anchor(k)).collect();
    columns.sort_unstable();
    columns.dedup();
    // One more column a label stands for no answer.
    let width = columns.len() + rows.len();
    let mut weights = Matrix::new(rows.len(), width, 0_i64);
    let mut best: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for &k in group {
        let (Ok(row), Ok(column)) = (rows.binary_search(&offers[k].label), columns.binary_search(&anchor(k))) else { continue };
        if offers[k].chance() > weights[(row, column)] {
            weights[(row, column)] = offers[k].chance();
            best.insert((row, column), k);
        }
    }
    let (_, of_rows) = kuhn_munkres(&weights);
    of_rows.into_iter().enumerate().filter_map(|(row, column)| best.get(&(row, column)).copied()).collect()
}

/// The weaker of two chosen offers that take the same token.
fn clash(offers: &[Offer], chosen: &[usize]) -> Option<usize> {
    let mut by_spot: BTreeMap<Spot, usize> = BTreeMap::new();
    for &k in chosen {
        for spot in offers[k].spots() {
            match by_spot.insert(spot, k) {
                Some(other) if other != k => return Some(if offers[other].chance() < offers[k].chance() { other } else { k }),
                _ => {}
            }
        }
    }
    None
}

fn greedy(offers: &[Offer], mut group: Vec<usize>) -> Vec<usize> {
    group.sort_by(|a, b| offers[*b].chance().cmp(&offers[*a].chance()).then(a.cmp(b)));
    let mut labels: BTreeMap<LabelAt, ()> = BTreeMap::new();
    let mut spots: BTreeMap<Spot, ()> = BTreeMap::new();
    let mut out = Vec::new();
    for k in group {
        if labels.contains_key(&offers[k].label) || offers[k].spots().any(|s| spots.contains_key(&s)) {
            continue;
        }
        labels.insert(offers[k].label, ());
        spots.extend(offers[k].spots().map(|s| (s, ())));
        out.push(k);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::interpret::Reading;
    use super::*;
    use crate::extract::demographics::labels::What;
    use crate::extract::demographics::values::Value;

    /// An offer of label `l` for the tokens `spots` at this cost.
    fn offer(l: usize, spots: &[usize], cost: f32) -> Offer {
        let spots: Vec<Spot> = spots.iter().map(|&id| Spot { word: id, id }).collect();
        let value = Value::new("x", Form::Valid);
        let zone = Zone { tokens: Vec::new(), more: Vec::new(), tail: Vec::new(), cost, rule: "test" };
        let readings = vec![Reading { what: What::Date, value, spots, doubt: 0.0, person: None }];
        Offer { label: (l, 0), zone, readings, cost }
    }

    #[test]
    fn the_most_right_pairs_are_taken() {
        // Offers as label, tokens, cost; the labels and costs that are taken.
        type Case<'a> = (&'a [(usize, &'a [usize], f32)], &'a [(usize, f32)]);
        let table: &[Case<'_>] = &[
            (&[], &[]),
            (&[(0, &[1], 0.9)], &[(0, 0.9)]),
            // The nearest wins, and the other stays empty.
            (&[(0, &[1], 0.5), (1, &[1], 0.0)], &[(1, 0.0)]),
            // A greedy choice gives 1 to label 0 and leaves label 1 empty.
            (&[(0, &[1], 0.2), (0, &[2], 0.3), (1, &[1], 0.25)], &[(0, 0.3), (1, 0.25)]),
            // A sure pair is not given up for two doubtful ones.
            (&[(0, &[1], 0.0), (0, &[2], 1.3), (1, &[1], 0.9)], &[(0, 0.0)]),
            // Places that overlap without beginning alike.
            (&[(0, &[1, 2], 0.3), (1, &[2], 0.1)], &[(1, 0.1)]),
            (&[(0, &[1, 2], 0.1), (1, &[2], 0.3), (1, &[5], 0.4)], &[(0, 0.1), (1, 0.4)]),
        ];
        for (offers, want) in table {
            let offers: Vec<Offer> = offers.iter().map(|(l, s, c)| offer(*l, s, *c)).collect();
            let got: Vec<(usize, f32)> = assign(offers).iter().map(|o| (o.label.0, o.cost)).collect();
            assert_eq!(&got, want);
        }
    }

    #[test]
    fn large_groups_are_still_disjoint() {
        let offers: Vec<Offer> = (0..300).flat_map(|k| [offer(k, &[k, k + 1], 0.1), offer(k, &[k + 1], 0.4)]).collect();
        let taken = assign(offers);
        let mut spots: Vec<Spot> = taken.iter().flat_map(Offer::spots).collect();
        let count = spots.len();
        spots.sort_unstable();
        spots.dedup();
        assert_eq!(spots.len(), count);
        assert!(taken.len() >= 150);
        let mut labels: Vec<LabelAt> = taken.iter().map(|o| o.label).collect();
        labels.dedup();
        assert_eq!(labels.len(), taken.len());
    }
}
