//! Does what was promised still hold? Two watchers over the audits of one field: a mixture e-process, which may be looked at after every single audit,
//! and a Bernoulli CUSUM, which sees a change late in a long good run.
//!
//! The e-process multiplies, for each audit, how much likelier it is under a few worse shares than under the promised one, and takes the mean. By Ville's
//! inequality it ever reaches 1/α with probability α at most if the promise holds, however often one looks (Waudby-Smith & Ramdas, arXiv 2010.09686).
//! Kept as logarithms.

use serde::{Deserialize, Serialize};

/// Shares that are tried against the promised one, as multiples of it.
const WORSE: [f64; 4] = [1.5, 2.0, 3.0, 6.0];
/// From here on the field is to be watched.
const WARN: f64 = 5.0;
/// From here on the promise is taken as broken: false at most once in twenty fields, however long they are watched.
const ALARM: f64 = 20.0;
/// The change that the CUSUM looks for, as a multiple of the promised share.
const CHANGED: f64 = 3.0;
/// Its decision limit: about 42,000 audits between false alarms at a promise of 0.5 %, 226 until 3 % are found (simulated for the project).
const LIMIT: f64 = 5.0;

/// What the watchers say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing speaks against the promise.
    Quiet,
    /// Some evidence does.
    Warning,
    /// Too much does.
    Alarm,
}

/// Both watchers of one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Watch {
    /// The promised share of wrong values, 0.0–1.0.
    promised: f64,
    /// Audits seen.
    pub audits: u64,
    /// Wrong values among them.
    pub wrong: u64,
    /// ln of the evidence for each of [`WORSE`].
    evidence: [f64; WORSE.len()],
    cusum: f64,
    worst: Verdict,
}

/// ln of the likelihood ratio of one audit.
fn ratio(wrong: bool, share: f64, promised: f64) -> f64 {
    if wrong { (share / promised).ln() } else { ((1.0 - share) / (1.0 - promised)).ln() }
}

impl Watch {
    /// Begins to watch. `promised` lies between 0 and 1; shares over one half are watched as one half.
    pub fn new(promised: f64) -> Self {
        Self { promised: promised.clamp(1e-6, 0.5), audits: 0, wrong: 0, evidence: [0.0; WORSE.len()], cusum: 0.0, worst: Verdict::Quiet }
    }

    /// Takes the next audit; says what the watchers say from then on. An alarm stays until a new watch begins.
    pub fn see(&mut self, wrong: bool) -> Verdict {
        self.audits += 1;
        self.wrong += u64::from(wrong);
        for (evidence, times) in self.evidence.iter_mut().zip(WORSE) {
            *evidence += ratio(wrong, (times * self.promised).min(0.99), self.promised);
        }
        self.cusum = (self.cusum + ratio(wrong, (CHANGED * self.promised).min(0.99), self.promised)).max(0.0);
        let now = if self.e_value() >= ALARM || self.cusum >= LIMIT {
            Verdict::Alarm
        } else if self.e_value() >= WARN {
            Verdict::Warning
        } else {
            Verdict::Quiet
        };
        self.worst = if self.worst == Verdict::Alarm { Verdict::Alarm } else { now };
        self.worst
    }

    /// Whether nothing that was seen lately speaks for a change: the CUSUM has come back to the ground.
    pub fn at_rest(&self) -> bool {
        self.cusum == 0.0
    }

    /// The evidence against the promise: 1 is none, 20 is an alarm.
    pub fn e_value(&self) -> f64 {
        let highest = self.evidence.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = self.evidence.iter().map(|e| (e - highest).exp()).sum();
        (highest + (sum / WORSE.len() as f64).ln()).min(700.0).exp()
    }

    /// What the watchers say.
    pub fn verdict(&self) -> Verdict {
        self.worst
    }
}

#[cfg(test)]
mod tests {
    use super::super::sequence::dice::Dice;
    use super::*;

    /// Audits until an alarm at a true share, or `None` within `most`. `late` good audits at half the promise come first.
    fn delay(dice: &mut Dice, promised: f64, share: f64, late: u64, most: u64) -> Option<u64> {
        let mut watch = Watch::new(promised);
        for _ in 0..late {
            if watch.see(dice.roll() < promised / 2.0) == Verdict::Alarm {
                return None;
            }
        }
        (1..=most).find(|_| watch.see(dice.roll() < share) == Verdict::Alarm)
    }

    fn e_delay(dice: &mut Dice, promised: f64, share: f64, most: u64) -> Option<u64> {
        let mut watch = Watch::new(promised);
        (1..=most).find(|_| {
            watch.see(dice.roll() < share);
            watch.e_value() >= ALARM
        })
    }

    fn median(mut delays: Vec<u64>) -> u64 {
        delays.sort_unstable();
        delays[delays.len() / 2]
    }

    #[test]
    fn evidence_alarms_seldom_while_the_promise_holds() {
        let mut dice = Dice::new(7);
        let runs = 400;
        let alarms = (0..runs).filter(|_| e_delay(&mut dice, 0.005, 0.005, 20_000).is_some()).count();
        // Ville: at most 5 %; three standard errors of 400 runs on top.
        assert!(alarms as f64 <= f64::from(runs) * 0.05 + 3.0 * (f64::from(runs) * 0.05 * 0.95).sqrt(), "{alarms} false alarms in {runs}");
    }

    #[test]
    fn delays_are_those_of_the_reference() {
        // True share; median audits until the e-process alarms at a promise of 0.5 %.
        for (share, reference) in [(0.010, 1_526.0), (0.015, 454.0), (0.030, 121.0)] {
            let mut dice = Dice::new(11);
            let found = median((0..400).map(|_| e_delay(&mut dice, 0.005, share, 200_000).unwrap_or(200_000)).collect()) as f64;
            assert!((found / reference - 1.0).abs() < 0.25, "share {share}: {found} against {reference}");
        }
    }

    #[test]
    fn a_late_change_is_found_by_the_second_watcher() {
        let mut dice = Dice::new(13);
        let delays: Vec<u64> = (0..200).filter_map(|_| delay(&mut dice, 0.005, 0.03, 5_000, 100_000)).collect();
        assert!(delays.len() > 150, "{} of 200 good starts", delays.len());
        assert!(median(delays.clone()) < 400, "{}", median(delays));
    }

    #[test]
    fn an_alarm_stays() {
        let mut watch = Watch::new(0.005);
        (0..20).for_each(|_| {
            watch.see(true);
        });
        assert_eq!(watch.verdict(), Verdict::Alarm);
        (0..50_000).for_each(|_| {
            watch.see(false);
        });
        assert_eq!((watch.verdict(), watch.audits, watch.wrong), (Verdict::Alarm, 50_020, 20));
        let kept: Watch = serde_json::from_str(&serde_json::to_string(&watch).unwrap()).unwrap();
        assert_eq!(kept, watch);
    }
}
