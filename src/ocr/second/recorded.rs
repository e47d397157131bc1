//! Plays readings back, so that everything behind the second engine can be tested without one.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::model::GreyPage;

use super::{CharReading, CropReader, CropReading, CropsRead, SecondError};

/// A reader that looks at no pixels: gives one text after the other, evenly spread over the crop.
#[derive(Debug)]
pub struct RecordedCrops {
    texts: Mutex<std::vec::IntoIter<(String, f32)>>,
}

impl RecordedCrops {
    /// Takes texts with the figure of all their characters. Crops beyond them have no text.
    pub fn new(texts: &[(&str, f32)]) -> Self {
        Self { texts: Mutex::new(texts.iter().map(|(text, p)| ((*text).to_owned(), *p)).collect::<Vec<_>>().into_iter()) }
    }
}

/// A reading whose characters stand evenly from edge to edge.
pub(crate) fn spread(text: &str, confidence: f32) -> CropReading {
    let all = text.chars().count() as f32;
    CropReading { chars: text.chars().enumerate().map(|(k, c)| CharReading { c, confidence, at: (k as f32 + 0.5) / all }).collect() }
}

impl CropReader for RecordedCrops {
    fn read(&self, crops: &[GreyPage]) -> Result<CropsRead, SecondError> {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let readings = crops.iter().map(|_| texts.next().map_or_else(CropReading::default, |(text, p)| spread(&text, p))).collect();
        Ok(CropsRead { readings, cpu: Duration::from_millis(crops.len() as u64) })
    }

    fn version(&self) -> String {
        "recorded".into()
    }
}
