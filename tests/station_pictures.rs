//! What people see at the station, over samples/scans: every snippet holds the value's box and, where one is printed, its label, is large enough to be read
//! and small enough to be there at once; pictures are made before the inbox is emptied, and a scan that is gone is told.
#![allow(clippy::print_stdout, reason = "a test says what it measured")]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use chartlift::model::{Reviewer, Role};
use chartlift::pipeline::open_station;
use chartlift::review::Identity;
use chartlift::review::desk::{Desk, DeskError, ReadAgain, Task, Wanted};
use chartlift::settings::Settings;

fn settings() -> Settings {
    let mut settings = Settings::default();
    settings.decode.program = Some(PathBuf::from(env!("CARGO_BIN_EXE_chartlift")));
    settings.review.identity = Identity::Confirm;
    settings.review.blind_share = 0.0;
    settings
}

fn copied(to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in walkdir::WalkDir::new(common::root().join("samples/scans")).into_iter().map(Result::unwrap) {
        if entry.file_type().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Everything that waits, by document.
fn tasks(desk: &Arc<dyn Desk>, ann: &Reviewer) -> Vec<Task> {
    let mut found: BTreeMap<String, Task> = BTreeMap::new();
    for (field, ..) in desk.queue(ann).unwrap().fields {
        let wanted = Wanted { count: 60, field: Some(field), ..Wanted::default() };
        found.extend(desk.tasks(ann, &wanted).unwrap().into_iter().map(|task| (task.id.clone(), task)));
        desk.release(ann, None).unwrap();
    }
    found.into_values().collect()
}

fn size(png: &[u8]) -> (u32, u32) {
    let picture = image::load_from_memory_with_format(png, image::ImageFormat::Png).unwrap();
    (picture.width(), picture.height())
}

/// Percentile of sizes.
fn at(sizes: &mut [usize], share: f64) -> usize {
    sizes.sort_unstable();
    sizes[((sizes.len() - 1) as f64 * share) as usize]
}

#[test]
fn snippets_show_values_and_pictures_outlive_their_scans() {
    let folder = tempfile::tempdir().unwrap();
    let (input, archive) = (folder.path().join("in"), folder.path().join("archive"));
    copied(&input);
    common::run(&input, &archive);
    let ann = Reviewer { name: "ann".to_owned(), role: Role::Lead, session: "s".to_owned() };
    let desk = open_station(&archive, &settings()).unwrap();
    let all = tasks(&desk, &ann);
    assert!(all.len() > 10, "{}", all.len());
    let (mut snippets, mut pages) = (Vec::new(), Vec::new());
    for task in &all {
        let png = desk.snippet(&ann, &task.id).unwrap();
        assert_eq!(task.outline.is_none(), task.missing, "{}", task.label);
        if let Some([x, y, w, h]) = task.outline {
            assert!(x >= 0.0 && y >= 0.0 && x + w <= 100.01 && y + h <= 100.01 && w > 0.0 && h > 0.0, "{}: {:?}", task.label, task.outline);
            // A line's margin, but at the edge of the paper.
            let place = task.place.unwrap();
            assert!(y > 1.0 || place[1] < 3.0, "{}: {:?} {place:?}", task.label, task.outline);
        }
        assert!(size(&png.bytes).0 <= task.snippet.0, "{}", task.label);
        snippets.push(png.bytes.len());
        pages.push(desk.page(&ann, &task.document, task.page, 1_700).unwrap().bytes.len());
    }
    let (p95, largest) = (at(&mut snippets, 0.95), at(&mut pages, 1.0));
    println!("{} snippets, p50 {} p95 {p95} bytes; largest page {largest} bytes", all.len(), at(&mut snippets, 0.5));
    assert!(p95 <= 40_000 && largest <= 400_000, "{p95} {largest}");
    // A place that a person points at is read again.
    let known = all.iter().find(|task| task.value.as_ref().is_some_and(|v| v.len() > 4 && v.len() < 20) && task.place.is_some()).unwrap();
    let place = ReadAgain { document: known.document.clone(), page: known.page, field: known.field.clone(), place: known.place.unwrap() };
    assert!(!desk.read_again(&ann, &place).unwrap().raw.is_empty());
    drop(desk);

    let prepared = Command::new(env!("CARGO_BIN_EXE_chartlift")).args(["review", "prepare", "--json"]).arg(&archive).output().unwrap();
    assert_eq!(prepared.status.code(), Some(0), "{}", String::from_utf8_lossy(&prepared.stderr));
    std::fs::remove_dir_all(&input).unwrap();
    let desk = open_station(&archive, &settings()).unwrap();
    assert!(all.iter().all(|task| desk.snippet(&ann, &task.id).is_ok()), "pictures are kept");
    drop(desk);
    std::fs::remove_dir_all(archive.join("review/pictures")).unwrap();
    let desk = open_station(&archive, &settings()).unwrap();
    let gone = desk.snippet(&ann, &all[0].id).unwrap_err();
    assert!(matches!(&gone, DeskError::Unclear(text) if text.contains("no picture")), "{gone}");
    let prepared = Command::new(env!("CARGO_BIN_EXE_chartlift")).args(["review", "prepare"]).arg(&archive).output().unwrap();
    assert_eq!(prepared.status.code(), Some(3));
}
