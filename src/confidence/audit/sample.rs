//! Which accepted values are checked: a keyed hash of the value's name decides, so that the choice is the same in a re-run, depends on nothing
//! that is known of the value, and cannot be foreseen without the archive's key.
//!
//! A value of a document and field is in the sample if `HMAC-SHA256(key, name and version) / 2^64` (its first eight bytes) is below the field's rate
//! of that night. Values of one page share their faults, so a document gives at most one value of a field: of an item's repetitions the next eight
//! bytes choose one, independently of the first. The rest of the hash is the name under which a reviewer sees it.
//!
//! **How many.** A field asks for `max(floor / documents with the field, least_rate)`; new fields ask for more. Forty fields that each ask for their floor
//! would have a night of 165 documents keyed almost twice, so the floors of all fields together are granted up to `most_share` of what was accepted that night, each shortened
//! alike; the least rate is never shortened. A night of 165 documents (some 2,200 values of different fields and documents) then asks for about 220 checks, at ten a minute
//! twenty-two minutes; a night of 1,500 documents has room for all floors. The price is a later alarm in small archives, where there is less to lose.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use super::AuditSettings;
use crate::model::{Field, Sha256, ValueId, keyed_hash};

/// The secret of an archive that makes its sample.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// Takes 256 bits of the system's randomness.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads a stored key.
    pub fn from_hex(text: &str) -> Option<Self> {
        Sha256::from_hex(text).map(|digest| Self(*digest.as_bytes()))
    }

    /// A keyed hash of a name, which cannot be foreseen without the key.
    pub fn hash(&self, name: &str) -> [u8; 32] {
        keyed_hash(&self.0, name.as_bytes())
    }

    /// The key as it is stored.
    pub fn to_hex(&self) -> String {
        Sha256::new(self.0).to_string()
    }
}

/// A secret is not shown.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

/// What the hash says of one value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Draw {
    /// In the sample where this is below the rate, 0.0–1.0.
    pub chance: f64,
    /// Of several values of a document and field the one with the least turn stands for all.
    turn: u64,
    /// What reviewers call it.
    pub name: Uuid,
}

/// Draws for a value under a version of the rules.
pub fn draw(key: &Key, id: &ValueId, version: &str) -> Draw {
    let ValueId { sha256, ordinal, page, item, field, machine_value } = id;
    let item = item.map_or_else(String::new, |item| item.to_string());
    // The value bears its length, so that no two names and versions can be spelt alike.
    let name = format!("{sha256}/{ordinal}/{page}/{item}/{field}/{}/{machine_value}/{version}", machine_value.len());
    let hash = key.hash(&name);
    let number = |at: usize| u64::from_be_bytes(std::array::from_fn(|k| hash[at + k]));
    // 53 bits are what a double holds exactly: the chance stays below 1.
    let chance = (number(0) >> 11) as f64 / (1_u64 << 53) as f64;
    Draw { chance, turn: number(8), name: uuid::Builder::from_custom_bytes(std::array::from_fn(|k| hash[16 + k])).into_uuid() }
}

/// A value that is in the sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chosen {
    /// The row under which it was offered.
    pub row: i64,
    /// Its field.
    pub field: Field,
    /// What the hash says.
    pub draw: Draw,
    /// The rate by which it was chosen.
    pub rate: f64,
}

/// The values accepted in a night, of which some are chosen. Keeps some fifty bytes for a document and field, and no text.
pub struct Urn<'a> {
    key: &'a Key,
    /// Field, row, what the hash says.
    balls: Vec<(Field, i64, Draw)>,
}

impl<'a> Urn<'a> {
    /// An empty urn.
    pub fn new(key: &'a Key) -> Self {
        Self { key, balls: Vec::new() }
    }

    /// Takes what was accepted of one document, by its rows, under a version of the rules. At most one value of a field goes in.
    pub fn document<'v>(&mut self, values: impl IntoIterator<Item = (i64, &'v ValueId)>, version: &str) {
        let mut standing: BTreeMap<Field, (Draw, i64)> = BTreeMap::new();
        for (row, id) in values.into_iter().filter(|(_, id)| is_checked(id.field)) {
            let this = (draw(self.key, id, version), row);
            let place = standing.entry(id.field).or_insert(this);
            if (this.0.turn, this.0.name) < (place.0.turn, place.0.name) {
                *place = this;
            }
        }
        self.balls.extend(standing.into_iter().map(|(field, (draw, row))| (field, row, draw)));
    }

    /// Chooses. `busy` are fields that ask for more than usual: new ones, and ones whose confidences have moved. The order in which documents came is of
    /// no weight.
    pub fn choose(&self, busy: &BTreeSet<Field>, settings: &AuditSettings) -> Vec<Chosen> {
        let mut documents: BTreeMap<Field, u64> = BTreeMap::new();
        for (field, ..) in &self.balls {
            *documents.entry(*field).or_default() += 1;
        }
        let rates = rates(&documents, busy, settings);
        let rate = |field: Field| rates.get(&field).copied().unwrap_or(0.0);
        let chosen = self.balls.iter().map(|&(field, row, draw)| Chosen { row, field, draw, rate: rate(field) });
        chosen.filter(|chosen| chosen.draw.chance < chosen.rate).collect()
    }
}

/// Whether values of the field can be checked by keying them: the text of a section cannot; none is accepted without a person either.
pub fn is_checked(field: Field) -> bool {
    field.section().is_none()
}

/// The rate of each field in a night in which so many documents gave it.
fn rates(documents: &BTreeMap<Field, u64>, busy: &BTreeSet<Field>, settings: &AuditSettings) -> BTreeMap<Field, f64> {
    let least = settings.least_rate;
    let wanted = |field: Field, n: u64| {
        let floor = if field.identifies() { settings.floor_identity } else { settings.floor };
        let times = if busy.contains(&field) { settings.new_times } else { 1.0 };
        (floor * times / n as f64).clamp(least, 1.0)
    };
    let all: u64 = documents.values().sum();
    let above: f64 = documents.iter().map(|(&field, &n)| (wanted(field, n) - least) * n as f64).sum();
    let granted = if above > 0.0 { ((settings.most_share - least) * all as f64 / above).clamp(0.0, 1.0) } else { 0.0 };
    documents.iter().map(|(&field, &n)| (field, least + (wanted(field, n) - least) * granted)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::PageNumber;
    use proptest::prelude::*;

    fn key(seed: u8) -> Key {
        Key::new([seed; 32])
    }

    fn id(document: u64, field: Field, item: Option<u32>) -> ValueId {
        ValueId {
            sha256: Sha256::of(&document.to_be_bytes()),
            ordinal: 1,
            page: PageNumber::new(1),
            item,
            field,
            machine_value: format!("value {document}"),
        }
    }

    /// Chooses among values in any order, by their places.
    fn choose(offered: &[ValueId], busy: &BTreeSet<Field>, key: &Key, settings: &AuditSettings) -> Vec<Chosen> {
        let mut documents: BTreeMap<Sha256, Vec<(i64, &ValueId)>> = BTreeMap::new();
        offered.iter().zip(0..).for_each(|(id, row)| documents.entry(id.sha256).or_default().push((row, id)));
        let mut urn = Urn::new(key);
        documents.into_values().for_each(|values| urn.document(values, "v"));
        urn.choose(busy, settings)
    }

    /// Rates as asked for: no limit on a night.
    fn unlimited() -> AuditSettings {
        AuditSettings { most_share: 1.0, ..AuditSettings::default() }
    }

    #[test]
    fn the_rate_is_kept() {
        let offered: Vec<ValueId> = (0..20_000).map(|n| id(n, Field::City, None)).collect();
        for (seed, floor) in [(1, 0.0), (2, 400.0), (3, 6_000.0)] {
            let settings = AuditSettings { floor, ..unlimited() };
            let chosen = choose(&offered, &BTreeSet::new(), &key(seed), &settings);
            let rate = (floor / 20_000.0_f64).max(0.01);
            let (mean, sigma) = (20_000.0 * rate, (20_000.0 * rate * (1.0 - rate)).sqrt());
            assert!((chosen.len() as f64 - mean).abs() < 4.0 * sigma, "{} of {mean}", chosen.len());
            assert!(chosen.iter().all(|c| (c.rate - rate).abs() < 1e-12));
        }
    }

    #[test]
    fn a_small_night_does_not_drown_its_reviewers_and_a_large_one_keeps_its_floors() {
        let night =
            |documents: u64| -> BTreeMap<Field, u64> { Field::ALL.iter().filter(|&&f| is_checked(f)).map(|&f| (f, documents)).collect() };
        let settings = AuditSettings::default();
        let expected = |documents: &BTreeMap<Field, u64>| -> (f64, f64, f64) {
            let rates = rates(documents, &BTreeSet::new(), &settings);
            let of = |field: Field| rates[&field] * documents[&field] as f64;
            (rates.iter().map(|(f, r)| r * documents[f] as f64).sum(), of(Field::Family), of(Field::City))
        };
        let small = night(55);
        let (sum, identity, other) = expected(&small);
        assert!(sum <= 0.1 * small.values().sum::<u64>() as f64 + 1e-9, "{sum}");
        assert!(identity > 1.5 * other && other > 2.0, "{identity} {other}");
        let (_, identity, other) = expected(&night(5_000));
        assert_eq!((identity.round(), other.round()), (50.0, 50.0)); // the least rate has overtaken the floor of 20
        let (_, identity, other) = expected(&night(1_500));
        assert_eq!((identity.round(), other.round()), (50.0, 20.0));
    }

    #[test]
    fn new_fields_ask_for_more_and_sections_for_nothing() {
        let offered: Vec<ValueId> =
            (0..400).flat_map(|n| [Field::City, Field::State, Field::SectionPlan].map(|field| id(n, field, None))).collect();
        let chosen = choose(&offered, &BTreeSet::from([Field::State]), &key(9), &unlimited());
        let rate = |field: Field| chosen.iter().find(|c| c.field == field).map(|c| c.rate);
        assert_eq!((rate(Field::City), rate(Field::State), rate(Field::SectionPlan)), (Some(0.05), Some(0.1), None));
    }

    #[test]
    fn keys_versions_and_values_draw_differently() {
        let one = id(1, Field::City, None);
        let other = ValueId { machine_value: "value 2".into(), ..one.clone() };
        let draws = [draw(&key(1), &one, "v"), draw(&key(2), &one, "v"), draw(&key(1), &one, "w"), draw(&key(1), &other, "v")];
        assert_eq!(draws.iter().map(|d| d.name).collect::<BTreeSet<_>>().len(), 4);
        assert_eq!(Key::from_hex(&key(7).to_hex()), Some(key(7)));
        assert_eq!(Key::from_hex("short"), None);
        assert_eq!(format!("{:?}", key(1)), "Key");
        // Computed apart, with Python's hmac. Another spelling of names would draw every archive's sample anew.
        assert_eq!(draws[0].name.to_string(), "9b85d122-1d19-8bca-b90c-f491de2d5b4a");
    }

    proptest! {
        #[test]
        fn a_document_gives_at_most_one_value_of_a_field_whatever_the_order(
            places in proptest::collection::vec((0_u64..12, 0_usize..3, 0_u32..6), 1..80),
            seed in 0_u8..255,
            turn in 0_usize..80,
        ) {
            let fields = [Field::ObservationValue, Field::MedicationText, Field::Family];
            let mut offered: Vec<ValueId> = places.into_iter().map(|(d, f, item)| id(d, fields[f], Some(item))).collect();
            offered.sort();
            offered.dedup();
            let settings = AuditSettings { floor: 6.0, floor_identity: 6.0, ..unlimited() };
            let named = |offered: &[ValueId]| -> BTreeSet<Uuid> {
                choose(offered, &BTreeSet::new(), &key(seed), &settings).iter().map(|c| c.draw.name).collect()
            };
            let chosen = choose(&offered, &BTreeSet::new(), &key(seed), &settings);
            let places: BTreeSet<_> = chosen.iter().map(|c| (offered[c.row as usize].sha256, c.field)).collect();
            prop_assert_eq!(places.len(), chosen.len());
            // Neither the order in which they come (by priority, by name) nor asking again changes the sample.
            let first = named(&offered);
            let turn = turn % offered.len();
            offered.rotate_left(turn);
            prop_assert_eq!(named(&offered), first);
        }
    }
}
