//! Word lists, rules and checkboxes of any bytes through layout, extraction and decision: `make fuzz`.

#![no_main]

use std::sync::OnceLock;

use chartlift::confidence::ConfidenceModel;
use chartlift::extract::Vocabulary;
use libfuzzer_sys::fuzz_target;

#[path = "../../tests/common/odd.rs"]
mod odd;

static RULES: OnceLock<(Vocabulary, ConfidenceModel)> = OnceLock::new();

fuzz_target!(|bytes: &[u8]| {
    let rules = || (Vocabulary::load(None).expect("the built-in lists"), ConfidenceModel::load(None).expect("the built-in model"));
    let (vocabulary, model) = RULES.get_or_init(rules);
    odd::understand(odd::of_bytes(bytes), vocabulary, model);
});
