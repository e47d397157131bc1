//! The fit of one regime: weights for the features, an offset for each class, and a calibration that makes its probabilities hold for layouts that
//! were left out.

use std::collections::{BTreeMap, BTreeSet};

use nalgebra::DMatrix;
use rayon::prelude::*;

use super::logistic::{self, Term};
use super::sample::{Sample, Set};
use crate::confidence::{BetaCalibration, Class, ClassRule, FEATURES, FittedOn, Regime, Speaks, logarithms, probability_of};

/// Penalty of weights, which lie between 0 and a handful.
const PENALTY: f64 = 1.0;
/// Penalty of class offsets: small classes stay near the common intercept.
const CLASS_PENALTY: f64 = 2.0;
/// Penalty of what is to be free.
const FREE: f64 = 1e-6;
/// A calibration has to better the held-out Brier score by this share to be kept.
const BETTER: f64 = 1e-3;
/// Layouts are left out in no more parts than this: beyond a hundred, one more or less in what is fitted on moves nothing.
pub(super) const FOLDS: usize = 100;
/// A threshold that nothing reaches.
pub(super) const NEVER: f64 = 2.0;

/// Fits weights and offsets; thresholds are all [`NEVER`] and nothing is calibrated.
pub(super) fn regime<'s>(samples: impl Iterator<Item = &'s Sample>) -> Regime {
    let samples: Vec<&Sample> = samples.filter(|sample| sample.telling).collect();
    let (n, classes) = (FEATURES.len(), Class::ALL.len());
    let mut x = DMatrix::zeros(samples.len(), n + classes + 1);
    for (i, sample) in samples.iter().enumerate() {
        sample.features.iter().enumerate().for_each(|(k, figure)| x[(i, k)] = *figure);
        if let Some(class) = Class::ALL.iter().position(|&class| class == sample.class) {
            x[(i, n + class)] = 1.0;
        }
        x[(i, n + classes)] = 1.0;
    }
    let weight = |k: usize| Term { penalty: PENALTY, speaks: Some(FEATURES[k].speaks) };
    let mut terms: Vec<Term> = (0..n).map(weight).collect();
    terms.extend(std::iter::repeat_n(Term { penalty: CLASS_PENALTY, speaks: None }, classes));
    terms.push(Term { penalty: FREE, speaks: None });
    let right: Vec<bool> = samples.iter().map(|sample| sample.right).collect();
    let w = logistic::fit(&x, &right, &terms);
    let rule = |(k, class): (usize, Class)| (class, ClassRule { offset: w[n + k], threshold: NEVER });
    Regime {
        intercept: w[n + classes],
        weights: std::array::from_fn(|k| w[k]),
        classes: Class::ALL.into_iter().enumerate().map(rule).collect(),
        calibration: BetaCalibration::NONE,
        fitted: FittedOn::default(),
    }
}

/// Which layouts are left out together. Layouts of several sets are the same ones where they bear the same name.
pub(super) struct Folds {
    of: BTreeMap<String, usize>,
}

impl Folds {
    /// Deals the layouts of all sets out: whole layouts, one a fold as long as there are no more than [`FOLDS`].
    pub fn new(sets: &[&Set]) -> Self {
        let names: BTreeSet<&String> = sets.iter().flat_map(|set| &set.layouts).collect();
        Self { of: names.into_iter().enumerate().map(|(k, name)| (name.clone(), k % FOLDS)).collect() }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.of.len().min(FOLDS)
    }

    /// The fold of each sample of a set.
    pub fn of(&self, set: &Set) -> Vec<usize> {
        let of_layout: Vec<usize> = set.layouts.iter().map(|name| self.of.get(name).copied().unwrap_or(0)).collect();
        set.samples.iter().map(|sample| of_layout[sample.layout]).collect()
    }
}

/// What one regime says of values whose layouts it has not seen.
pub(super) struct LeftOut {
    /// One regime a fold, fitted without it, with a calibration that was fitted without it, too.
    regimes: Vec<Regime>,
    /// The calibration that is to be kept, fitted on all folds.
    pub calibration: BetaCalibration,
}

impl LeftOut {
    /// Fits on the values of `set` that `both` asks for, once without each fold.
    pub fn fit(set: &Set, folds: &Folds, both: bool) -> Self {
        let of = folds.of(set);
        let mine = |at: &usize| set.samples[*at].both == both;
        let without = |fold: usize| (0..set.samples.len()).filter(mine).filter(|&at| of[at] != fold).collect::<Vec<usize>>();
        let mut regimes: Vec<Regime> =
            (0..folds.len()).into_par_iter().map(|fold| regime(without(fold).into_iter().map(|at| &set.samples[at]))).collect();
        let told: Vec<Told> = (0..set.samples.len())
            .filter(mine)
            .filter(|&at| set.samples[at].telling && set.samples[at].counts())
            .map(|at| {
                let sample = &set.samples[at];
                Told { fold: of[at], logit: regimes[of[at]].logit(sample.class, &sample.features), right: sample.right }
            })
            .collect();
        let shape = best_shape(&told, folds.len());
        let calibrations: Vec<BetaCalibration> = (0..folds.len()).into_par_iter().map(|fold| shape.fit(&told, Some(fold))).collect();
        regimes.iter_mut().zip(calibrations).for_each(|(regime, calibration)| regime.calibration = calibration);
        Self { regimes, calibration: shape.fit(&told, None) }
    }

    /// The probability that a value is right, of a model that has not seen its fold.
    pub fn probability(&self, sample: &Sample, fold: usize) -> f64 {
        let regime = &self.regimes[fold];
        probability_of(regime.calibration.of(regime.logit(sample.class, &sample.features)))
    }
}

/// A value with the log-odds that a model gave it that had not seen its fold.
struct Told {
    fold: usize,
    logit: f64,
    right: bool,
}

/// Forms of calibration, the simplest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// None.
    Plain,
    /// Platt's: log-odds stretched and moved.
    Platt,
    /// Beta: both ends bent by themselves.
    Beta,
}

impl Shape {
    /// Fits the calibration on all but one fold.
    fn fit(self, told: &[Told], without: Option<usize>) -> BetaCalibration {
        let told: Vec<&Told> = told.iter().filter(|told| Some(told.fold) != without).collect();
        let right: Vec<bool> = told.iter().map(|told| told.right).collect();
        let slope = Term { penalty: FREE, speaks: Some(Speaks::For) };
        let constant = Term { penalty: FREE, speaks: None };
        match self {
            Self::Plain => BetaCalibration::NONE,
            Self::Platt => {
                let x = DMatrix::from_fn(told.len(), 2, |i, k| if k == 0 { told[i].logit } else { 1.0 });
                let w = logistic::fit(&x, &right, &[slope, constant]);
                BetaCalibration { a: w[0], b: w[0], c: w[1] }
            }
            Self::Beta => {
                let figure = |i: usize, k: usize| match (k, logarithms(told[i].logit)) {
                    (0, [ln_s, _]) => ln_s,
                    (1, [_, ln_rest]) => -ln_rest,
                    _ => 1.0,
                };
                let w = logistic::fit(&DMatrix::from_fn(told.len(), 3, figure), &right, &[slope, slope, constant]);
                BetaCalibration { a: w[0], b: w[1], c: w[2] }
            }
        }
    }
}

/// The form that does best on folds that its calibration has not seen; a form with more freedom has to better it by [`BETTER`].
fn best_shape(told: &[Told], folds: usize) -> Shape {
    let brier = |shape: Shape| -> f64 {
        let fitted: Vec<BetaCalibration> = (0..folds).into_par_iter().map(|fold| shape.fit(told, Some(fold))).collect();
        let error = |told: &Told| (probability_of(fitted[told.fold].of(told.logit)) - f64::from(u8::from(told.right))).powi(2);
        told.iter().map(error).sum::<f64>() / told.len().max(1) as f64
    };
    let mut best = (Shape::Plain, brier(Shape::Plain));
    for shape in [Shape::Platt, Shape::Beta] {
        let score = brier(shape);
        if score < best.1 * (1.0 - BETTER) {
            best = (shape, score);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibration::dice::Dice;
    use crate::calibration::testing;

    #[test]
    fn no_layout_stands_on_both_sides() {
        let sets = [testing::set(31, 3, 1), testing::set(250, 1, 2)];
        let folds = Folds::new(&[&sets[0], &sets[1]]);
        assert_eq!(folds.len(), FOLDS);
        let mut seen: BTreeMap<&String, usize> = BTreeMap::new();
        for set in &sets {
            for (sample, fold) in set.samples.iter().zip(folds.of(set)) {
                assert_eq!(*seen.entry(&set.layouts[sample.layout]).or_insert(fold), fold);
            }
        }
        assert_eq!(seen.len(), 250);
        // One layout a fold where there are few.
        let few = Folds::new(&[&sets[0]]);
        assert_eq!((few.len(), few.of(&sets[0]).into_iter().collect::<BTreeSet<_>>().len()), (31, 31));
    }

    #[test]
    fn a_value_is_judged_by_a_model_that_does_not_know_its_layout() {
        // Right and wrong of one layout are turned around: what the others say of it does not change.
        let honest = testing::set(12, 40, 5);
        let mut turned = honest.clone();
        turned.samples.iter_mut().filter(|sample| sample.layout == 3).for_each(|sample| sample.right = !sample.right);
        let folds = Folds::new(&[&honest]);
        let (of, before, after) = (folds.of(&honest), LeftOut::fit(&honest, &folds, false), LeftOut::fit(&turned, &folds, false));
        let logit = |left: &LeftOut, at: usize| left.regimes[of[at]].logit(honest.samples[at].class, &honest.samples[at].features);
        for at in (0..honest.samples.len()).filter(|&at| !honest.samples[at].both) {
            let same = (logit(&before, at) - logit(&after, at)).abs() < 1e-9;
            assert_eq!(same, honest.samples[at].layout == 3, "value {at}");
        }
    }

    #[test]
    fn a_calibration_is_kept_only_where_it_helps() {
        let mut dice = Dice::new(9);
        let mut told = |stretch: f64| -> Vec<Told> {
            let one = |k: usize| {
                let logit = dice.roll() * 8.0 - 3.0;
                Told { fold: k % 20, logit: logit * stretch, right: dice.roll() < 1.0 / (1.0 + (-logit).exp()) }
            };
            (0..6_000).map(one).collect()
        };
        assert_eq!(best_shape(&told(1.0), 20), Shape::Plain);
        let boastful = told(2.5);
        assert_ne!(best_shape(&boastful, 20), Shape::Plain);
        let platt = Shape::Platt.fit(&boastful, None);
        assert!((platt.a - 0.4).abs() < 0.03 && platt.a == platt.b && platt.c.abs() < 0.1, "{platt:?}");
        let beta = Shape::Beta.fit(&boastful, None);
        assert!((beta.of(4.0) - 1.6).abs() < 0.2, "{beta:?}");
    }
}
