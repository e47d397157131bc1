//! No word list, however odd, makes layout, extraction or the decision panic; and the work grows with the words, not with their square.

mod common;
#[path = "common/odd.rs"]
mod odd;

use std::time::Duration;

use chartlift::confidence::ConfidenceModel;
use chartlift::extract::Vocabulary;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

#[test]
fn no_word_list_makes_the_rules_panic() {
    let (vocabulary, model) = (Vocabulary::load(None).unwrap(), ConfidenceModel::load(None).unwrap());
    let mut runner = TestRunner::new(Config { cases: 400, failure_persistence: None, max_shrink_iters: 2000, ..Config::default() });
    let bytes = proptest::collection::vec(any::<u8>(), 0..1400);
    let outcome = runner.run(&bytes, |bytes| {
        odd::understand(odd::of_bytes(&bytes), &vocabulary, &model);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// Four times the words may take so many times the time: 4 log(4n)/log(n) is under 5 from 1,000 words on; a square takes 16. The rest is room for
/// what a machine does besides. Time of this thread alone, so other work does not count; the least of three runs.
const GROWTH: f64 = 10.0;
const WORDS: (usize, usize) = (500, 2_000);

#[test]
fn work_grows_with_the_words_and_not_with_their_square() {
    let (vocabulary, model) = (Vocabulary::load(None).unwrap(), ConfidenceModel::load(None).unwrap());
    let time = |shape: &str, words: usize| {
        let once = || {
            let page = odd::shaped(shape, words);
            let start = thread_time();
            odd::understand(vec![page], &vocabulary, &model);
            thread_time() - start
        };
        (0..2).map(|_| once()).min().unwrap_or_default().as_secs_f64().max(1e-4)
    };
    let grown: Vec<(&str, f64)> = odd::SHAPES.iter().map(|shape| (*shape, time(shape, WORDS.1) / time(shape, WORDS.0))).collect();
    let bad: Vec<_> = grown.iter().filter(|(_, ratio)| *ratio > GROWTH).collect();
    assert!(bad.is_empty(), "four times the words took more than {GROWTH} times the time: {bad:?}; all: {grown:?}");
}

fn thread_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(u64::try_from(now.tv_sec).unwrap_or(0), u32::try_from(now.tv_nsec).unwrap_or(0))
}
