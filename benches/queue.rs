//! `make bench-queue`: what it costs to open the queue of an archive in which a million values wait, and to work in it.
//!
//! The archive is made up: 100,000 documents of ten values each, a tenth of them kept for checks, some keyed by one person, some put off. "Open" is what happens
//! between a reviewer's *Start* and the first item: the counts of the queue's page and the first run of items, claimed. Aim: at most 50 ms
//! (at most 25 ms for an answer, on disk). Everything is measured on a ledger that was opened anew, by reviewers who have not been seen before.
//!
//! `cargo bench --bench queue -- [ITEMS]` (default: 1000000). A ratio follows each time: to the same in an archive of a hundredth of the items.
#![allow(clippy::print_stdout, reason = "a bench talks on stdout")]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use chartlift::ledger::{Asked, Claimable, Doing, Done, Ledger, NewItem, Pool, item_name};
use chartlift::model::{
    Act, Circumstances, DocumentKind, Field, Item, Lane, Mode, Outcome, PageNumber, PercentBox, Reason, Reviewer, Role, Sha256, Status,
    ValueId,
};

const KEY: &[u8] = b"a key for a bench";
/// Items of a document.
const EACH: u32 = 10;
/// Reviewers that come one after another.
const REVIEWERS: usize = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let items = std::env::args().skip(1).find(|word| !word.starts_with("--")).map_or(Ok(1_000_000), |word| word.parse::<u32>())?;
    let (few, many) = (measure(items / 100)?, measure(items)?);
    println!("{:<44} {:>9} {:>9} {:>9}", format!("{items} items, ms"), "median", "p95", "times 1%");
    for ((what, few), (_, many)) in few.into_iter().zip(many) {
        let (small, large) = (at(&few, 0.5), at(&many, 0.5));
        println!("{what:<44} {large:>9.2} {:>9.2} {:>9.1}", at(&many, 0.95), large / small);
    }
    Ok(())
}

/// The time at a share of the sorted times.
fn at(times: &[f64], share: f64) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(((sorted.len() as f64 * share) as usize).min(sorted.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

fn measure(items: u32) -> Result<Vec<(&'static str, Vec<f64>)>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("ledger.sqlite");
    let start = Instant::now();
    fill(&path, items / EACH)?;
    println!(
        "{items} items entered in {:.1} s, {:.0} MiB",
        start.elapsed().as_secs_f64(),
        std::fs::metadata(&path)?.len() as f64 / f64::from(1 << 20)
    );
    let names = [
        "counts",
        "a run of 20, claimed",
        "open: both",
        "an answer, on disk",
        "the next run",
        "a group of 60",
        "a group of 60, answered",
        "one field's run",
        "undo",
        "own last fifty",
        "figures of all",
    ];
    let mut times: Vec<(&'static str, Vec<f64>)> = names.iter().map(|name| (*name, Vec::new())).collect();
    let mut keep = |name: &str, ms: f64| {
        if let Some((_, of)) = times.iter_mut().find(|(known, _)| *known == name) {
            of.push(ms);
        }
    };
    let first = Ledger::open(&path)?;
    for nth in 0..REVIEWERS {
        let who = reviewer(&format!("reviewer {nth}"));
        let mut ledger = first.another()?;
        let (counts, waits) = timed(|| ledger.queue_counts(&who.name, now()))?;
        let (claim, run) = timed(|| ledger.claim(&who, &wanted(Pool::Queue, None), now()))?;
        assert!(waits.open > 0 && !run.is_empty(), "the archive has nothing to do");
        keep("counts", counts);
        keep("a run of 20, claimed", claim);
        keep("open: both", counts + claim);
        for item in &run {
            let (answer, kept) = timed(|| ledger.keep(&who, item, &verified(item)))?;
            kept.map_err(|item| format!("{item:?} was refused"))?;
            keep("an answer, on disk", answer);
        }
        keep("the next run", timed(|| ledger.claim(&who, &wanted(Pool::Queue, None), now()))?.0);
        ledger.release(&who.name)?;
        let group = Claimable { run: 60, count: 60, ..wanted(Pool::Group, Some(Field::Gender)) };
        let (ms, tiles) = timed(|| ledger.claim(&who, &group, now()))?;
        assert!(!tiles.is_empty(), "there is no group");
        keep("a group of 60", ms);
        let done: Vec<Done> = tiles.iter().map(|item| Done { who: who.clone(), item: item.clone(), doing: verified(item) }).collect();
        keep("a group of 60, answered", timed(|| ledger.keep_all(&done))?.0);
        ledger.release(&who.name)?;
        keep("one field's run", timed(|| ledger.claim(&who, &wanted(Pool::Queue, Some(Field::City)), now()))?.0);
        ledger.release(&who.name)?;
        keep("undo", timed(|| ledger.undo(&who, None, 600))?.0);
        ledger.release(&who.name)?;
        keep("own last fifty", timed(|| ledger.mine(&who.name, 50))?.0);
        keep("figures of all", timed(|| ledger.figures())?.0);
    }
    Ok(times)
}

fn timed<T, E>(work: impl FnOnce() -> Result<T, E>) -> Result<(f64, T), E> {
    let start = Instant::now();
    let done = work()?;
    Ok((start.elapsed().as_secs_f64() * 1e3, done))
}

fn now() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |time| time.as_secs() as i64)
}

fn reviewer(name: &str) -> Reviewer {
    Reviewer { name: name.into(), role: Role::Reviewer, session: String::new() }
}

fn wanted(pool: Pool, field: Option<Field>) -> Claimable {
    Claimable {
        count: 20,
        pool,
        field,
        run: 20,
        lease: 600,
        oldest_days: 14,
        audit_share: 0.1,
        seed_share: 0.015,
        key: KEY.to_vec(),
        ..Claimable::default()
    }
}

fn verified(item: &Item) -> Doing {
    let (act, status) = if item.lane == Lane::Seed { (Act::Seed, None) } else { (Act::Decision, Some(Status::Verified)) };
    Doing { status, outcome: Some(Outcome::Verified), value: item.shown.clone(), ..Doing::plain(act, Circumstances::default()) }
}

/// The archive: of every hundred items ten are checks, two planted errors, nine keyed by one person already, one put off.
fn fill(path: &Path, documents: u32) -> Result<(), Box<dyn Error>> {
    let mut ledger = Ledger::create(path, "bench")?;
    let numbers: Vec<u32> = (0..documents).collect();
    for batch in numbers.chunks(5_000) {
        let asked: Vec<Asked> = batch.iter().map(|document| paper(*document)).collect();
        ledger.sync_items(&asked, 0)?;
        let (mut done, later) = (Vec::new(), now() + 86_400);
        for new in asked.iter().flat_map(|paper| &paper.items).filter(|new| new.lane == Lane::Queue) {
            let number = new.id.item.unwrap_or(0);
            let (who, act) = match number % 100 {
                _ if new.mode == Mode::Double && number.is_multiple_of(3) => (["ann", "bob"][number as usize % 2], Act::Key),
                97 => ("ann", Act::Postpone),
                _ => continue,
            };
            let item = ledger.item(&new.name)?.ok_or("an item is gone")?;
            done.push(Done { who: reviewer(who), item, doing: Doing { until: later, ..Doing::plain(act, Circumstances::default()) } });
        }
        ledger.keep_all(&done)?.map_err(|refused| format!("{} were refused", refused.len()))?;
    }
    Ok(())
}

fn paper(document: u32) -> Asked {
    let sha256 = Sha256::of(&document.to_le_bytes());
    let kinds = DocumentKind::ALL;
    let kind = kinds[document as usize % kinds.len()];
    let item = |nth: u32| {
        let number = document * EACH + nth;
        let spread = number.wrapping_mul(2_654_435_761);
        let (lane, mode) = match spread % 100 {
            0..10 => (Lane::Audit, Mode::Blind),
            10..12 => (Lane::Seed, Mode::Confirm),
            _ if nth < 3 => (Lane::Queue, Mode::Double),
            12..22 => (Lane::Queue, Mode::Blind),
            _ => (Lane::Queue, Mode::Confirm),
        };
        let fields = Field::ALL;
        let field = if nth == 9 { Field::Gender } else { fields[(spread >> 8) as usize % fields.len()] };
        let shown = if field == Field::Gender {
            ["female", "male", "other", "unknown"][(spread >> 5) as usize % 4].to_owned()
        } else {
            format!("value {number}")
        };
        let id = ValueId { sha256, ordinal: 1, page: PageNumber::new(1), item: Some(number), field, machine_value: shown.clone() };
        NewItem {
            name: item_name(KEY, lane, &id),
            lane,
            id,
            document: format!("{document:06}.png"),
            kind,
            place: Some(PercentBox { x: 10.0, y: 20.0, width: 15.0, height: 2.0 }),
            shown,
            confidence: 0.6,
            reasons: vec![if nth.is_multiple_of(2) { Reason::LowConfidence } else { Reason::RuleBroken }],
            rank: f64::from(spread % 10_000) / 100.0,
            mode,
        }
    };
    Asked { sha256, ordinal: 1, items: (0..EACH).map(item).collect() }
}
