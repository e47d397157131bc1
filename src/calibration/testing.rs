//! Made values for the tests of this room.

use super::dice::Dice;
use super::sample::{Sample, Set, SetDocument};
use crate::confidence::{Class, FEATURES};
use crate::model::{DocumentKind, Field, Sha256};

/// `each` values in each of `layouts` layouts; the better read, the likelier right. Every third was read by both engines.
pub(super) fn set(layouts: usize, each: usize, seed: u64) -> Set {
    let mut dice = Dice::new(seed);
    let mut set = Set::default();
    for layout in 0..layouts {
        set.layouts.push(format!("layout {layout:03}"));
        set.documents.push(SetDocument {
            source: Sha256::of(&layout.to_le_bytes()),
            kind: DocumentKind::ProgressNote,
            quality: if layout % 2 == 0 { "flat" } else { "fax" }.to_owned(),
            wanted: Some(vec![Field::Mrn; each]),
            layout,
        });
        for k in 0..each {
            let read = dice.roll();
            let mut features = [0.0; FEATURES.len()];
            (features[0], features[3]) = (read, dice.roll());
            set.samples.push(Sample {
                features,
                class: Class::Ids,
                field: Field::Mrn,
                right: dice.roll() < 1.0 / (1.0 + (4.0 - 9.0 * read).exp()),
                both: k % 3 == 2,
                open: true,
                telling: true,
                lead: None,
                word_mean: read,
                layout,
                document: layout,
            });
        }
    }
    set
}
