//! A second opinion on crops of a page: another recogniser, of another make, that errs in other places. Owns the model's set-up and
//! what goes in and out of it; which crops are read and what is made of the answers is the pipeline's.

mod ctc;
pub mod faults;
mod onnx;
mod paddle;
mod picture;
mod recorded;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::GreyPage;

pub use paddle::{MODEL_FILE, PaddleReader};
pub use recorded::RecordedCrops;
#[cfg(test)]
pub(crate) use recorded::spread;

/// Reads crops that each hold a piece of one line of text. Shared by all threads.
pub trait CropReader: Send + Sync {
    /// Reads crops, each upright and dark on light. One reading a crop, in their order; a crop without text has no characters.
    fn read(&self, crops: &[GreyPage]) -> Result<CropsRead, SecondError>;

    /// What reads: part of the fingerprint that says whether earlier results are still fresh.
    fn version(&self) -> String;
}

/// What was read of some crops.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CropsRead {
    /// One a crop.
    pub readings: Vec<CropReading>,
    /// Processor time that it took.
    pub cpu: Duration,
}

/// What was read of a crop, left to right.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CropReading {
    /// The characters, blanks among them.
    pub chars: Vec<CharReading>,
}

/// A character of a crop.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CharReading {
    /// The character.
    pub c: char,
    /// The engine's figure, 0.0–1.0.
    pub confidence: f32,
    /// Its middle, as a share of the crop's width from the left, 0.0–1.0.
    pub at: f32,
}

impl CropReading {
    /// The text with its blanks.
    pub fn text(&self) -> String {
        self.chars.iter().map(|char| char.c).collect()
    }

    /// The mean of the characters' figures; 0.0 without any.
    pub fn confidence(&self) -> f32 {
        self.chars.iter().map(|char| char.confidence).sum::<f32>() / self.chars.len().max(1) as f32
    }
}

/// Shows the count alone: the text is a patient's.
impl fmt::Debug for CropReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CropReading({} chars conf {:.2})", self.chars.len(), self.confidence())
    }
}

/// Shows place and figure alone: the text is a patient's.
impl fmt::Debug for CharReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CharReading(at {:.2} conf {:.2})", self.at, self.confidence)
    }
}

/// Why there is no second opinion.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecondError {
    /// The model is not installed.
    #[error("no model at {}; `make models` (scripts/models.sh) installs it", path.display())]
    Missing {
        /// Where it should be.
        path: PathBuf,
    },
    /// The file holds other bytes.
    #[error("the model at {} is not the one that is known (SHA-256 differs); `make models` installs it again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read or loaded.
    #[error("the model at {} cannot be used: {cause}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// The system's or the library's own words.
        cause: String,
    },
    /// The engine failed on a crop.
    #[error("the second engine failed: {0}")]
    Failed(String),
}

/// What may be set of the second engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecondSettings {
    /// Most crops with values that may be accepted that are read of a page, wide ones counted as several; 0 switches the engine off.
    pub crops_per_page: u32,
    /// The same for all others: values that are never accepted without a person, doubtful words elsewhere.
    pub other_crops_per_page: u32,
    /// The same for comb fields, handwriting and ink that the first engine left out; these are read beside the others.
    pub handwriting_crops_per_page: u32,
    /// Folder with the model; `None` looks where scripts/models.sh puts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_dir: Option<PathBuf>,
}

impl Default for SecondSettings {
    fn default() -> Self {
        Self { crops_per_page: 240, other_crops_per_page: 12, handwriting_crops_per_page: 80, model_dir: None }
    }
}

/// The second engine of a run, or why there is none.
pub enum Second {
    /// It reads.
    Ready(Box<dyn CropReader>),
    /// It would, and cannot.
    Absent(SecondError),
    /// It shall not.
    Off,
}

impl Second {
    /// Finds the engine that the settings ask for. `languages` are those of the first one.
    pub fn find(settings: &SecondSettings, languages: &str) -> Self {
        if settings.crops_per_page == 0 {
            return Self::Off;
        }
        match PaddleReader::find(settings, languages) {
            Ok(reader) => Self::Ready(Box::new(reader)),
            Err(error) => Self::Absent(error),
        }
    }

    /// The engine, if it reads.
    pub fn reader(&self) -> Option<&dyn CropReader> {
        match self {
            Self::Ready(reader) => Some(reader.as_ref()),
            Self::Absent(_) | Self::Off => None,
        }
    }

    /// Why it does not read, for people; `None` if it does.
    pub fn why_not(&self) -> Option<String> {
        match self {
            Self::Ready(_) => None,
            Self::Absent(error) => Some(error.to_string()),
            Self::Off => Some("ocr.second.crops_per_page is 0".into()),
        }
    }

    /// What reads, or that nothing does: part of the fingerprint of readings.
    pub fn version(&self) -> String {
        self.reader().map_or_else(|| "none".to_owned(), CropReader::version)
    }
}
