//! From which probability on the values of a class are accepted, chosen so that it carries over to layouts that nobody has seen.
//!
//! Values of one layout stand and fall together: a form that puts a wording where the rules do not expect it makes every value of a field wrong, however
//! well it is read. So the layout is the unit here, not the value. A class is accepted only where enough layouts speak for it, and the share of wrong
//! values has to hold the target with one more layout in the sum that does badly.

use std::collections::{BTreeMap, BTreeSet};

use super::fit::NEVER;
use crate::confidence::Class;

/// Few, fixed levels: a threshold free to move would fit the accidents of a hundred values.
const LEVELS: [f64; 10] = [0.90, 0.93, 0.95, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995, 0.998];
/// Layouts from which accepted values of a class have to come. With 15 that all did well, the next one does badly with a probability of
/// about one in seventeen (Laplace's rule of succession); classes that few forms bear are known from those forms alone.
const LAYOUTS: usize = 15;
/// Share of wrong values in the layout that is added.
const BAD_LAYOUT: f64 = 0.05;
/// Accepted values of a class without which nothing is said of it: 60 right ones leave room for 5 % wrong (3 / n, with 95 % confidence), as in the layout that is
/// added.
const VALUES: usize = 60;

/// A value that no rule bars.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub class: Class,
    pub probability: f64,
    pub layout: usize,
    pub right: bool,
}

/// Least probabilities, class by class; above 1 nothing is accepted.
pub(super) type Thresholds = BTreeMap<Class, f64>;

/// What was seen at a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Seen {
    /// Too few layouts or values to tell.
    TooFew { wrong: usize },
    /// The target holds.
    Holds,
    /// It does not.
    Broken,
}

fn seen(mine: &[&Candidate], level: f64, target: f64) -> Seen {
    let taken: Vec<&&Candidate> = mine.iter().filter(|value| value.probability >= level).collect();
    let wrong = taken.iter().filter(|value| !value.right).count();
    let layouts = taken.iter().map(|value| value.layout).collect::<BTreeSet<_>>().len();
    if layouts < LAYOUTS || taken.len() < VALUES {
        return Seen::TooFew { wrong };
    }
    let more = taken.len() as f64 / layouts as f64;
    let share = (wrong as f64 + more * BAD_LAYOUT) / (taken.len() as f64 + more);
    if share <= target { Seen::Holds } else { Seen::Broken }
}

/// The thresholds: from the strictest level down as far as the target holds without a break. Of a class with too few values to tell at any level,
/// `proven` levels (those that hold for one engine alone) also serve values that both engines read, if none is wrong.
pub(super) fn choose(candidates: impl Iterator<Item = Candidate>, target: f64, proven: Option<&Thresholds>) -> Thresholds {
    let candidates: Vec<Candidate> = candidates.collect();
    let threshold = |class: Class| {
        let mine: Vec<&Candidate> = candidates.iter().filter(|value| value.class == class).collect();
        let proven = proven.and_then(|proven| proven.get(&class)).copied().unwrap_or(NEVER);
        let levels: Vec<(f64, Seen)> = LEVELS.iter().rev().map(|&level| (level, seen(&mine, level, target))).collect();
        let lowest =
            |holds: &dyn Fn(f64, Seen) -> bool| levels.iter().filter(|(level, seen)| holds(*level, *seen)).map(|(level, _)| *level).last();
        if levels.iter().all(|(_, seen)| matches!(seen, Seen::TooFew { .. })) {
            return lowest(&|level, seen| level >= proven && seen == Seen::TooFew { wrong: 0 }).unwrap_or(NEVER);
        }
        let broken = levels.iter().find(|(_, seen)| *seen == Seen::Broken).map_or(0.0, |(level, _)| *level);
        lowest(&|level, seen| level > broken && seen == Seen::Holds).unwrap_or(NEVER)
    };
    Class::ALL.into_iter().map(|class| (class, if class == Class::Sections { NEVER } else { threshold(class) })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `each` values in each of `layouts` layouts, of which so many in the first layouts are wrong.
    fn values(layouts: usize, each: usize, wrong: usize, probability: f64) -> Vec<Candidate> {
        let one = |k: usize| Candidate { class: Class::Ids, probability, layout: k / each, right: k >= wrong };
        (0..layouts * each).map(one).collect()
    }

    fn of(candidates: Vec<Candidate>, proven: Option<f64>) -> f64 {
        let proven = proven.map(|level| Thresholds::from([(Class::Ids, level)]));
        choose(candidates.into_iter(), 0.005, proven.as_ref())[&Class::Ids]
    }

    #[test]
    fn many_layouts_have_to_speak_for_a_class() {
        assert_eq!(of(values(LAYOUTS - 1, 500, 0, 0.97), None), NEVER);
        assert_eq!(of(values(20, 5, 0, 0.97), None), 0.90);
        assert_eq!(of(values(20, 2, 0, 0.97), None), NEVER);
        // Fifteen layouts and one bad one: 5 % of a sixteenth are 0.3 %.
        assert_eq!(of(values(LAYOUTS, 20, 0, 0.97), None), 0.90);
        // With one wrong value of 300 besides, that is too much; of 3,000 it is not.
        assert_eq!(of(values(LAYOUTS, 20, 1, 0.97), None), NEVER);
        assert_eq!(of(values(LAYOUTS, 200, 1, 0.97), None), 0.90);
        assert_eq!(of(Vec::new(), None), NEVER);
    }

    #[test]
    fn the_first_break_ends_the_way_down() {
        let mut all = values(20, 10, 0, 0.995);
        all.extend(values(20, 10, 10, 0.965));
        // Below, so many good values that the share would be right again.
        all.extend(values(20, 1_000, 0, 0.91));
        assert_eq!(of(all, None), 0.97);
    }

    #[test]
    fn proven_levels_serve_where_nothing_speaks_against_them() {
        assert_eq!(of(values(3, 5, 0, 0.97), Some(0.93)), 0.93);
        assert_eq!(of(values(3, 5, 1, 0.97), Some(0.93)), 0.98);
        assert_eq!(of(values(3, 5, 0, 0.97), Some(NEVER)), NEVER);
        // Where there is enough to tell, that is what counts.
        assert_eq!(of(values(20, 10, 9, 0.97), Some(0.90)), NEVER);
    }

    #[test]
    fn texts_of_sections_are_never_accepted() {
        let sections = values(40, 40, 0, 0.99).into_iter().map(|value| Candidate { class: Class::Sections, ..value });
        assert_eq!(choose(sections, 0.005, None)[&Class::Sections], NEVER);
    }
}
