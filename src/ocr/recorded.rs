//! Plays words back that were recorded earlier, so that everything behind the engine can be tested without one.

use std::sync::Arc;

use crate::model::{GreyPage, Word};

use super::{EngineFactory, OcrEngine, OcrError};

/// An engine that looks at no pixels.
#[derive(Clone, Debug)]
pub struct RecordedEngine {
    pages: Arc<Vec<Vec<Word>>>,
    next: usize,
    repeats: bool,
}

impl RecordedEngine {
    /// Gives the same words for every page.
    pub fn always(words: Vec<Word>) -> Self {
        Self { pages: Arc::new(vec![words]), next: 0, repeats: true }
    }

    /// Gives one list after the other, then [`OcrError::Exhausted`].
    pub fn sequence(pages: Vec<Vec<Word>>) -> Self {
        Self { pages: Arc::new(pages), next: 0, repeats: false }
    }

    /// Reads a sequence from JSON: an array of pages, each an array of words.
    pub fn from_json(json: &str) -> Result<Self, serde_json::Error> {
        Ok(Self::sequence(serde_json::from_str(json)?))
    }
}

impl OcrEngine for RecordedEngine {
    fn read(&mut self, _page: &GreyPage, _dpi: f32) -> Result<Vec<Word>, OcrError> {
        let words = self.pages.get(self.next).cloned().ok_or(OcrError::Exhausted)?;
        if !self.repeats {
            self.next += 1;
        }
        Ok(words)
    }

    fn version(&self) -> &str {
        "recorded"
    }
}

/// Makes engines that all play the same recording from its start.
#[derive(Clone, Debug)]
pub struct RecordedFactory(pub RecordedEngine);

impl EngineFactory for RecordedFactory {
    fn make(&self) -> Result<Box<dyn OcrEngine + Send>, OcrError> {
        Ok(Box::new(self.0.clone()))
    }

    fn version(&self) -> String {
        self.0.version().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plays_back_in_order() {
        let json = r#"[[{"text":"Name","rect":{"x":1,"y":2,"w":3,"h":4},"confidence":0.9,"line":0,"block":0}],[]]"#;
        let mut engine = RecordedEngine::from_json(json).unwrap();
        let page = GreyPage::filled(1, 1, 255);
        assert_eq!(engine.read(&page, 300.0).unwrap()[0].text, "Name");
        assert_eq!(engine.read(&page, 300.0), Ok(vec![]));
        assert_eq!(engine.read(&page, 300.0), Err(OcrError::Exhausted));
    }
}
