//! Engines that fail, for tests of everything that has to outlive them.

use crate::model::{GreyPage, Rect, Word};

use super::{EngineFactory, OcrEngine, OcrError};

/// A way to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Does not start.
    DoesNotStart,
    /// Returns an error for every page.
    Error,
    /// Panics on every page.
    Panics,
    /// Finds no word on any page.
    SaysNothing,
    /// Gives boxes off the page, control characters, confidences that are none.
    Garbage,
}

/// An engine with a fault.
#[derive(Clone, Copy, Debug)]
pub struct FaultyEngine {
    fault: Fault,
}

impl FaultyEngine {
    /// Makes an engine that fails in the given way.
    pub fn new(fault: Fault) -> Self {
        Self { fault }
    }
}

impl OcrEngine for FaultyEngine {
    fn read(&mut self, _page: &GreyPage, _dpi: f32) -> Result<Vec<Word>, OcrError> {
        match self.fault {
            Fault::DoesNotStart | Fault::Error => Err(OcrError::Failed { doing: "recognising", cause: "a fault set by a test".into() }),
            Fault::Panics => panic!("a fault set by a test"),
            Fault::SaysNothing => Ok(vec![]),
            Fault::Garbage => Ok(garbage()),
        }
    }

    fn version(&self) -> &str {
        "faulty"
    }
}

fn garbage() -> Vec<Word> {
    let raw = |x: f32, y: f32, w: f32, h: f32| Rect { x, y, w, h };
    let word = |text: &str, rect, confidence| Word { text: text.into(), rect, confidence, line: u32::MAX, block: 7, ..Word::default() };
    vec![
        word("\u{0}\u{7}\u{202e}", raw(1.0, 1.0, 5.0, 5.0), 0.9),
        word("bell\u{7}\r\n\u{1b}[31mred", raw(1.0, 1.0, 5.0, 5.0), 0.9),
        word("nan", raw(1.0, 1.0, 5.0, 5.0), f32::NAN),
        word("far", raw(1e30, -1e30, f32::INFINITY, 4.0), 0.9),
        word("nowhere", raw(f32::NAN, f32::NAN, f32::NAN, f32::NAN), 0.9),
        word("inside out", raw(50.0, 50.0, -20.0, -20.0), 17.0),
        word("", raw(0.0, 0.0, 1.0, 1.0), -3.0),
    ]
}

/// Makes engines with a fault.
#[derive(Clone, Copy, Debug)]
pub struct FaultyFactory(pub Fault);

impl EngineFactory for FaultyFactory {
    fn make(&self) -> Result<Box<dyn OcrEngine + Send>, OcrError> {
        if self.0 == Fault::DoesNotStart {
            return Err(OcrError::Start { language: "eng".into(), folder: "nowhere".into(), cause: "a fault set by a test".into() });
        }
        Ok(Box::new(FaultyEngine::new(self.0)))
    }

    fn version(&self) -> String {
        "faulty".into()
    }
}
