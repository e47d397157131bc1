//! What the answers of an audit say: of one field, whether its promise still holds and since when it may not have; of a field and of all, how many
//! wrong values there may be.
//!
//! A field's checks come in the order of their answers, as both watchers want them; for the question since when values are suspect they are taken in the
//! order of the runs that accepted the values.

use serde::{Deserialize, Serialize};

use crate::confidence::alarm::{Verdict, Watch};
use crate::confidence::bounds::{DELTA, upper_bound, weighted_upper_bound};
use crate::model::Field;

/// One value that was chosen for a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// The run that accepted the value.
    pub run: i64,
    /// Whether the value was right; `None` while nobody has answered.
    pub right: Option<bool>,
}

/// Watches a field's answers, given in their order. `promised` is what the field promises, `catch` the share of wrong values that reviewers notice: what
/// they can see of a promise that is just kept is that much less.
pub fn watch(checks: &[Check], promised: f64, catch: f64) -> Watch {
    let mut watch = Watch::new(promised * catch);
    for right in checks.iter().filter_map(|check| check.right) {
        watch.see(!right);
    }
    watch
}

/// The last run up to which a field's values are beyond suspicion: all its checks were answered, none was wrong, and no wrong one before still
/// waits to be made up for. `None` if there is no such run.
///
/// All right is not enough by itself: of twenty checks in a night with 3 % wrong values all are right more often than not. The CUSUM remembers a wrong one
/// for about a hundred right ones, and where it has come back to the ground, the change had not begun (the usual estimate of when a change began is the last time
/// at which it stood there).
pub fn clean_until(checks: &[Check], promised: f64, catch: f64) -> Option<i64> {
    let mut sorted: Vec<Check> = checks.to_vec();
    sorted.sort_by_key(|check| check.run);
    let mut watch = Watch::new(promised * catch);
    let mut clean = None;
    for run in sorted.chunk_by(|a, b| a.run == b.run) {
        for right in run.iter().filter_map(|check| check.right) {
            watch.see(!right);
        }
        if run.iter().all(|check| check.right == Some(true)) && watch.at_rest() {
            clean = Some(run[0].run);
        }
    }
    clean
}

/// Accepted values, how many of them were checked, how many were wrong. Counts values of different fields and documents: an item's repetitions within
/// a document count once, as they do in the sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Accepted, whatever a person said of them later.
    pub accepted: u64,
    /// Checked and answered.
    pub audited: u64,
    /// Wrong among these.
    pub wrong: u64,
}

/// With 95 % confidence a field has no larger share of wrong values; exact (Clopper–Pearson). `None` where nothing was checked.
pub fn bound(counts: Counts, catch: f64) -> Option<f64> {
    (counts.audited > 0).then(|| (upper_bound(counts.wrong, counts.audited, DELTA) / catch).min(1.0))
}

/// The figures of one sentence over all fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Overall {
    /// Accepted values.
    pub accepted: u64,
    /// Of these, in fields of which nothing was checked: no figure says anything of them.
    pub unaudited: u64,
    /// Checked and answered.
    pub audited: u64,
    /// Wrong among these.
    pub wrong: u64,
    /// With 95 % confidence no larger share of the accepted values is wrong, of fields of which something was checked; `None` where nothing was.
    pub bound: Option<f64>,
}

/// Puts the fields together. They were checked at different rates, so each counts by its part of what was accepted and not by its checks: a plain share
/// over all checks would be one of the well-checked fields.
pub fn overall(fields: &[Counts], catch: f64) -> Overall {
    let covered: u64 = fields.iter().filter(|f| f.audited > 0).map(|f| f.accepted).sum();
    let groups: Vec<(f64, u64, u64)> = fields
        .iter()
        .filter(|f| f.audited > 0 && f.accepted > 0)
        .map(|f| (f.accepted as f64 / covered as f64, f.audited, f.wrong))
        .collect();
    let accepted = fields.iter().map(|f| f.accepted).sum();
    Overall {
        accepted,
        unaudited: accepted - covered,
        audited: fields.iter().map(|f| f.audited).sum(),
        wrong: fields.iter().map(|f| f.wrong).sum(),
        bound: (!groups.is_empty()).then(|| (weighted_upper_bound(&groups, DELTA) / catch).min(1.0)),
    }
}

/// What the audit says of one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldAudit {
    /// The field.
    pub field: Field,
    /// Documents that have accepted values of it.
    pub accepted: u64,
    /// Chosen, and not yet answered.
    pub waiting: u64,
    /// Chosen, and void: the machine makes something else of the place now.
    pub void: u64,
    /// Checked and answered, since the last certificate that followed an alarm.
    pub audited: u64,
    /// Wrong among these.
    pub wrong: u64,
    /// With 95 % confidence no larger share is wrong; `None` where nothing was checked.
    pub bound: Option<f64>,
    /// The promised share of wrong values.
    pub promised: f64,
    /// The evidence against the promise: 1 is none, 20 an alarm.
    pub e_value: f64,
    /// What the watchers say.
    pub verdict: Verdict,
    /// When an alarm switched the field off, seconds since 1970-01-01 UTC; `None` while it is on.
    pub off_since: Option<i64>,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::confidence::audit::{AuditSettings, sample};
    use crate::confidence::sequence::dice::Dice;
    use crate::model::{PageNumber, Sha256, ValueId};

    fn run(run: i64, right: usize, wrong: usize) -> Vec<Check> {
        let check = |right| Check { run, right: Some(right) };
        (0..right).map(|_| check(true)).chain((0..wrong).map(|_| check(false))).collect()
    }

    #[test]
    fn the_clean_window_ends_before_the_change() {
        let unanswered = Check { run: 3, right: None };
        let table: [(Vec<Check>, Option<i64>); 7] = [
            (vec![], None),
            (run(1, 20, 0), Some(1)),
            ([run(1, 20, 0), run(2, 19, 1)].concat(), Some(1)),
            // Right by chance: the wrong one of the night before is not made up for by twenty.
            ([run(1, 20, 0), run(2, 19, 1), run(3, 20, 0)].concat(), Some(1)),
            ([run(1, 20, 0), run(2, 19, 1), run(3, 120, 0)].concat(), Some(3)),
            // Somebody has yet to look.
            ([run(1, 20, 0), run(3, 20, 0), vec![unanswered]].concat(), Some(1)),
            (run(1, 19, 1), None),
        ];
        for (checks, wanted) in table {
            let mut mixed = checks.clone();
            mixed.reverse();
            assert_eq!(clean_until(&checks, 0.005, 1.0), wanted);
            assert_eq!(clean_until(&mixed, 0.005, 1.0), wanted, "the order of answers is of no weight");
        }
    }

    #[test]
    fn a_reviewer_who_overlooks_half_makes_bounds_twice_as_wide() {
        let counts = Counts { accepted: 10_000, audited: 598, wrong: 0 };
        assert!((bound(counts, 1.0).unwrap() - 0.005).abs() < 1e-5);
        assert!((bound(counts, 0.5).unwrap() - 0.010).abs() < 2e-5);
        assert_eq!(bound(Counts { audited: 0, ..counts }, 1.0), None);
        assert_eq!(bound(Counts { wrong: 598, ..counts }, 0.5), Some(1.0));
    }

    #[test]
    fn all_fields_together_are_not_the_share_of_the_well_checked_one() {
        let well = Counts { accepted: 1_000, audited: 1_000, wrong: 0 };
        let poorly = Counts { accepted: 9_000, audited: 100, wrong: 2 };
        let all = overall(&[well, poorly, Counts { accepted: 500, ..Counts::default() }], 1.0);
        assert_eq!((all.accepted, all.unaudited, all.audited, all.wrong), (10_500, 500, 1_100, 2));
        let naive = upper_bound(2, 1_100, 0.05);
        let of_poorly = bound(poorly, 1.0).unwrap();
        let bound = all.bound.unwrap();
        assert!(bound > 4.0 * naive && bound < 1.1 * of_poorly, "{naive} {bound} {of_poorly}");
        assert_eq!(overall(&[], 1.0).bound, None);
    }

    /// A year of 1,000 documents a night and two fields through the sample itself; one field has 0.1 % wrong values all year, the other
    /// 3 % from one night on, which its audits have to find.
    #[test]
    fn a_year_through_the_sample() {
        let (good, bad) = (Field::City, Field::PostalCode);
        let (settings, key, change) = (AuditSettings::default(), sample::Key::new([42; 32]), 250);
        let mut dice = Dice::new(17);
        let mut watches = [Watch::new(0.005), Watch::new(0.005)];
        let mut alarm = None;
        for night in 0..365_u64 {
            let mut urn = sample::Urn::new(&key);
            for n in 0..1_000_u64 {
                let id = |field| ValueId {
                    sha256: Sha256::of(&(night * 1_000 + n).to_be_bytes()),
                    ordinal: 1,
                    page: PageNumber::new(1),
                    item: None,
                    field,
                    machine_value: "x".into(),
                };
                urn.document([(0, &id(good)), (1, &id(bad))], "v");
            }
            for chosen in urn.choose(&BTreeSet::new(), &settings) {
                let injected = chosen.field == bad && night >= change;
                let wrong = dice.roll() < if injected { 0.03 } else { 0.001 };
                let verdict = watches[usize::from(chosen.field == bad)].see(wrong);
                if alarm.is_none() && verdict == Verdict::Alarm {
                    alarm = Some((chosen.field, night));
                }
            }
        }
        let [quiet, _] = &watches;
        assert_ne!(quiet.verdict(), Verdict::Alarm, "{} wrong of {}", quiet.wrong, quiet.audits);
        // Twenty checks a night; 314 find 3 % in nine of ten: sixteen nights.
        let (field, night) = alarm.expect("3 % wrong were not found in 115 nights");
        assert!(field == bad && (change..change + 16).contains(&night), "{field} in night {night}");
        assert!((quiet.audits as f64 / 365.0 - 20.0).abs() < 1.5, "{} checks", quiet.audits);
    }

    /// A year of nights, 2,000 documents with the field each: 20 are checked. At `change` the share of wrong values jumps.
    fn year(dice: &mut Dice, good: f64, change: usize, bad: f64, nights: usize) -> Option<(usize, usize)> {
        let mut checks = Vec::new();
        for night in 0..nights {
            let share = if night >= change { bad } else { good };
            for _ in 0..20 {
                checks.push(Check { run: night as i64, right: Some(dice.roll() >= share) });
            }
        }
        let mut watch = Watch::new(0.005);
        let at = checks.iter().position(|check| watch.see(check.right == Some(false)) == Verdict::Alarm)?;
        Some((at / 20, at))
    }

    /// A site with 40,000 documents a night, 400 of them checked: 3 % wrong in one single night, good ones before and after.
    #[test]
    fn one_bad_night_of_many_values() {
        let (mut dice, years, bad) = (Dice::new(23), 60, 200);
        let (mut that_night, mut early) = (0, 0);
        for _ in 0..years {
            let mut watch = Watch::new(0.005);
            let alarm = (0..365).find(|&night| {
                let share = if night == bad { 0.03 } else { 0.001 };
                (0..400).any(|_| watch.see(dice.roll() < share) == Verdict::Alarm)
            });
            that_night += usize::from(alarm == Some(bad));
            early += usize::from(alarm.is_some_and(|night| night < bad));
        }
        // 226 audits are the mean delay of the CUSUM at 3 %; 400 are enough in most years.
        assert!(that_night * 10 >= years * 8 && early * 20 <= years, "{that_night} found, {early} too early, of {years}");
    }

    #[test]
    fn a_year_of_nights() {
        let (mut dice, years, change) = (Dice::new(3), 200, 180);
        let mut delays = Vec::new();
        let mut early = 0;
        for _ in 0..years {
            match year(&mut dice, 0.0015, change, 0.03, 365) {
                Some((night, at)) if night >= change => delays.push(at - change * 20 + 1),
                _ => early += 1,
            }
        }
        delays.sort_unstable();
        // The reference: 226 audits on average until the CUSUM finds 3 % late in a good run; an e-process alone, from a new start, 121 in the median, 314 in nine of ten.
        let (median, most) = (delays[delays.len() / 2], delays[delays.len() * 9 / 10]);
        assert!((60..=226).contains(&median), "median {median}");
        assert!(most <= 480, "nine of ten {most}");
        assert!(early <= 10, "{early} of {years} years alarmed before anything was wrong");
        // Without a change: at 0.15 % wrong under a promise of 0.5 %.
        let false_alarms = (0..years).filter(|_| year(&mut dice, 0.0015, 365, 0.0, 365).is_some()).count();
        assert!(false_alarms <= 10, "{false_alarms} of {years} good years alarmed");
    }
}
