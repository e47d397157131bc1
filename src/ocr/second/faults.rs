//! Second engines that fail, for tests of everything that has to outlive them.

use crate::model::GreyPage;

use super::{CharReading, CropReader, CropReading, CropsRead, SecondError};

/// A way to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecondFault {
    /// Returns an error for every page.
    Error,
    /// Panics on every page.
    Panics,
    /// Gives fewer readings than crops.
    TooFew,
    /// Gives places off the crop and figures that are none.
    Garbage,
}

/// A second engine with a fault.
#[derive(Clone, Copy, Debug)]
pub struct FaultyCrops(pub SecondFault);

impl CropReader for FaultyCrops {
    fn read(&self, crops: &[GreyPage]) -> Result<CropsRead, SecondError> {
        match self.0 {
            SecondFault::Error => Err(SecondError::Failed("a fault set by a test".into())),
            SecondFault::Panics => panic!("a fault set by a test"),
            SecondFault::TooFew => Ok(CropsRead::default()),
            SecondFault::Garbage => {
                let char = |c, confidence, at| CharReading { c, confidence, at };
                let chars = vec![char('\u{0}', f32::NAN, f32::NAN), char('\u{202e}', -3.0, 1e30), char('x', 17.0, f32::NEG_INFINITY)];
                Ok(CropsRead { readings: vec![CropReading { chars }; crops.len()], ..CropsRead::default() })
            }
        }
    }

    fn version(&self) -> String {
        "faulty".into()
    }
}
