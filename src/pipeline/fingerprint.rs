//! What a result depends on, as two fingerprints: one of all that turns bytes into words, which is dear, and one of all that turns
//! words into decided values, which is cheap. A change of rules costs no OCR.

use super::rules::Rules;
use crate::decode::{DecodeSettings, Sandbox};
use crate::ledger::Fingerprints;
use crate::model::Sha256;
use crate::settings::Settings;

/// Raised when decoding, imaging or reading change so that words may differ.
const READING_VERSION: u32 = 5;
/// Raised when layout, extraction or decisions change so that values may differ.
const UNDERSTANDING_VERSION: u32 = 8;

/// Takes both fingerprints. The number of threads is in neither: it changes no result.
pub(super) fn fingerprints(settings: &Settings, engine: &str, rules: &Rules) -> Fingerprints {
    // Where the model lies is of no weight: its digest is part of the engine's version.
    let mut ocr = settings.ocr.clone();
    ocr.second.model_dir = None;
    // How children are locked up changes no word either.
    let decode = DecodeSettings { sandbox: Sandbox::default(), ..settings.decode.clone() };
    let reading = serde_json::json!({
        "version": READING_VERSION, "engine": engine,
        "decode": decode, "imaging": settings.imaging, "ocr": ocr,
    });
    let understanding = serde_json::json!({
        "version": UNDERSTANDING_VERSION, "program": env!("CARGO_PKG_VERSION"), "rules": rules.digest.to_string(),
    });
    Fingerprints {
        reading: Sha256::of(reading.to_string().as_bytes()).to_string(),
        understanding: Sha256::of(understanding.to_string().as_bytes()).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_touches_the_right_fingerprint() {
        let rules = Rules::load(None).unwrap();
        let of = |settings: &Settings| fingerprints(settings, "engine 1", &rules);
        let base = of(&Settings::default());
        let mut jobs = Settings::default();
        jobs.run.jobs = 7;
        assert_eq!(of(&jobs), base);
        let mut sandbox = Settings::default();
        sandbox.decode.sandbox = Sandbox::Require;
        assert_eq!(of(&sandbox), base);
        let mut language = Settings::default();
        language.ocr.languages = "deu".into();
        assert_ne!(of(&language).reading, base.reading);
        assert_eq!(of(&language).understanding, base.understanding);
        assert_ne!(fingerprints(&Settings::default(), "engine 2", &rules).reading, base.reading);
    }
}
