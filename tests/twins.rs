//! One sheet in every coding that TIFF and PDF have for it reads like its PNG twin: fixtures/twins.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use chartlift::decode::{DecodeEvent, DecodeSettings, decode};
use chartlift::intake::{Content, IntakeSettings, open_and_digest, survey};
use chartlift::model::{FailureKind, GreyPage, SourceFailure};

struct Twin {
    file: String,
    twin: String,
    pixels: String,
}

fn folder() -> PathBuf {
    common::root().join("fixtures/twins")
}

fn table() -> Vec<Twin> {
    let text = fs::read_to_string(folder().join("README.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| ")).skip(2);
    rows.map(|row| {
        let cells: Vec<String> = row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
        Twin { file: cells[0].clone(), twin: cells[2].clone(), pixels: cells[3].clone() }
    })
    .collect()
}

/// Every file of the folder, decoded.
fn decoded() -> BTreeMap<String, Result<GreyPage, SourceFailure>> {
    let settings = DecodeSettings { program: Some(PathBuf::from(env!("CARGO_BIN_EXE_chartlift"))), ..DecodeSettings::default() };
    let sources = survey(&folder(), &IntakeSettings::default(), &[]).unwrap().sources;
    let known = sources.iter().filter_map(|source| match source.content {
        Content::Known(kind) => Some((source, kind)),
        _ => None,
    });
    known
        .map(|(source, kind)| {
            let (file, _) = open_and_digest(source).unwrap();
            let mut page = Err(SourceFailure::new(FailureKind::Broken, "nothing came"));
            for event in decode(file, kind, &settings).unwrap() {
                match event {
                    Ok(DecodeEvent::Page(raw)) => page = Ok(raw.grey),
                    Ok(DecodeEvent::PageFailed { failure, .. }) | Err(failure) => page = Err(failure),
                    Ok(DecodeEvent::Start(start)) => assert_eq!(start.page_count, 1, "{}", source.path),
                }
            }
            (source.path.as_str().to_owned(), page)
        })
        .collect()
}

/// Mean and largest difference of shades; none if the sizes differ.
fn difference(a: &GreyPage, b: &GreyPage) -> Option<(f64, u8)> {
    if (a.width, a.height) != (b.width, b.height) {
        return None;
    }
    let steps = a.pixels.iter().zip(&b.pixels).map(|(a, b)| a.abs_diff(*b));
    let (sum, most) = steps.fold((0u64, 0), |(sum, most), step| (sum + u64::from(step), most.max(step)));
    Some((sum as f64 / a.pixels.len() as f64, most))
}

#[test]
fn every_coding_gives_the_pixels_of_its_twin() {
    let pages = decoded();
    let mut faults = Vec::new();
    let mut compared = 0;
    for Twin { file, twin, pixels } in table() {
        let page = &pages[&file];
        if pixels == "not read" {
            match page {
                Err(failure) if failure.kind == FailureKind::Unsupported => {}
                other => faults.push(format!("{file}: {:?} instead of a failure", other.as_ref().map(|page| (page.width, page.height)))),
            }
            continue;
        }
        let Ok(page) = page else {
            faults.push(format!("{file}: {}", page.as_ref().unwrap_err()));
            continue;
        };
        if pixels == "–" {
            continue;
        }
        compared += 1;
        let (mean, most) = match difference(page, pages[&twin].as_ref().unwrap()) {
            Some(difference) => difference,
            None => {
                faults.push(format!("{file}: {} x {}", page.width, page.height));
                continue;
            }
        };
        let good = if pixels == "same" { most == 0 } else { mean <= 3.0 && most <= 96 };
        if !good {
            faults.push(format!("{file}: differs by {mean:.2} on average and {most} at most, wanted {pixels}"));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
    assert!(compared > 40, "the table was read");
}

/// The real engine on all of them: the same values, whatever the coding.
#[test]
fn every_coding_gives_the_text_of_its_twin() {
    let place = tempfile::tempdir().unwrap();
    let (input, archive) = (place.path().join("in"), place.path().join("out"));
    fs::create_dir(&input).unwrap();
    let twins = table();
    for twin in &twins {
        fs::copy(folder().join(&twin.file), input.join(&twin.file)).unwrap();
    }
    let output = common::run(&input, &archive);
    assert_eq!(output.status.code(), Some(3), "three files are not read: {}", String::from_utf8_lossy(&output.stdout));
    let mut values: BTreeMap<String, BTreeSet<(String, String)>> = BTreeMap::new();
    for row in common::rows(&archive) {
        values.entry(row.document).or_default().insert((row.field, row.value));
    }
    let mrn = ("Patient.identifier.mrn".to_owned(), "660142".to_owned());
    for Twin { file, twin, .. } in twins.iter().filter(|twin| twin.twin.ends_with(".png")) {
        assert!(values[twin].contains(&mrn), "{twin}: {:?}", values[twin]);
        assert_eq!(values.get(file), Some(&values[twin]), "{file} reads like {twin}");
    }
}
