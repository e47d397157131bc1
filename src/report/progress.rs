//! Progress: a bar on a terminal, otherwise a line every ten seconds. How many pages there will be is known only when all files
//! are open, so the end is estimated: pages of the files seen so far, scaled to all files.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Event, Reporter, to_stderr};

const EVERY: Duration = Duration::from_secs(10);

/// The listener that suits standard error.
pub fn progress() -> Box<dyn Reporter> {
    if std::io::stderr().is_terminal() { Box::new(Bar::new()) } else { Box::new(Lines::new()) }
}

/// What both listeners count.
#[derive(Debug)]
struct Tally {
    files: u64,
    files_opened: u64,
    files_done: u64,
    pages_opened: u64,
    pages_done: u64,
    failed: u64,
    /// Things that are no pages: their name, how many, how many done.
    things: Option<(&'static str, u64, u64)>,
    since: Instant,
}

impl Tally {
    fn new() -> Self {
        Self { files: 0, files_opened: 0, files_done: 0, pages_opened: 0, pages_done: 0, failed: 0, things: None, since: Instant::now() }
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Planned { to_read, .. } => {
                self.files = *to_read;
                self.since = Instant::now();
            }
            Event::Opened { pages, .. } => {
                self.files_opened += 1;
                self.pages_opened += u64::from(*pages);
            }
            Event::Page { .. } => self.pages_done += 1,
            Event::PageFailed { .. } => {
                self.pages_done += 1;
                self.failed += 1;
            }
            Event::SourceFailed { .. } => self.failed += 1,
            Event::SourceDone { .. } => self.files_done += 1,
            Event::Counting { what, total } => {
                self.things = Some((what, *total, 0));
                self.since = Instant::now();
            }
            Event::Counted => {
                if let Some((_, _, done)) = &mut self.things {
                    *done += 1;
                }
            }
            _ => {}
        }
    }

    /// Pages in all, as far as can be told.
    fn pages_expected(&self) -> u64 {
        if self.files_opened == 0 {
            return self.files.max(self.pages_done);
        }
        let unopened = self.files.saturating_sub(self.files_opened.max(self.files_done));
        let mean = self.pages_opened as f64 / self.files_opened as f64;
        (self.pages_opened + (unopened as f64 * mean).round() as u64).max(self.pages_done)
    }

    /// How many are done, and how many there are: pages, or the things that are counted.
    fn stand(&self) -> (u64, u64) {
        self.things.map_or_else(|| (self.pages_done, self.pages_expected()), |(_, total, done)| (done, total.max(done)))
    }

    /// What is counted.
    fn what(&self) -> &'static str {
        self.things.map_or("pages", |(what, ..)| what)
    }

    fn rate(&self) -> f64 {
        self.stand().0 as f64 / self.since.elapsed().as_secs_f64().max(0.001)
    }

    fn left(&self) -> Option<Duration> {
        let (rate, (done, expected)) = (self.rate(), self.stand());
        (done > 0 && rate > 0.0).then(|| Duration::from_secs_f64(((expected - done) as f64 / rate).min(1e9)))
    }

    /// What is finished whole when everything is to stop.
    fn carriers(&self) -> &'static str {
        self.things.map_or("files", |(what, ..)| what)
    }

    fn line(&self) -> String {
        let left = self.left().map_or_else(|| "unknown time".to_owned(), |left| HumanDuration(left).to_string());
        if let Some((what, total, done)) = self.things {
            return format!("{done} of {total} {what}, {:.2} {what}/s, {left} left", self.rate());
        }
        format!(
            "{} of {} files, {} of about {} pages, {:.2} pages/s, {left} left{}",
            self.files_done,
            self.files,
            self.pages_done,
            self.pages_expected(),
            self.rate(),
            if self.failed > 0 { format!(", {} failed", self.failed) } else { String::new() }
        )
    }
}

/// A bar with rate and time left, drawn on standard error.
pub struct Bar {
    tally: Tally,
    bar: ProgressBar,
}

impl Default for Bar {
    fn default() -> Self {
        Self::new()
    }
}

impl Bar {
    /// Makes the bar; it appears with the first event.
    pub fn new() -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr_with_hz(5));
        // No colours: nothing to switch off for NO_COLOR, and no meaning rests on them.
        if let Ok(style) = ProgressStyle::with_template("[{elapsed_precise}] {wide_bar} {pos}/{len} {msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        Self { tally: Tally::new(), bar }
    }
}

impl Reporter for Bar {
    fn event(&mut self, event: &Event) {
        self.tally.event(event);
        match event {
            Event::Warning { text } => self.bar.println(format!("warning: {text}")),
            Event::SourceFailed { path, failure } => self.bar.println(format!("failed: {path}: {failure}")),
            Event::PageFailed { path, number, failure } => self.bar.println(format!("failed: {path} page {number}: {failure}")),
            Event::Stopping { in_flight } => {
                self.bar.println(format!(
                    "stopping: {in_flight} {} in flight are finished first; press Ctrl-C again to stop at once",
                    self.tally.carriers()
                ));
            }
            Event::Writing => self.bar.set_message("writing output"),
            Event::Ended => return self.bar.finish_and_clear(),
            _ => {}
        }
        let (done, expected) = self.tally.stand();
        self.bar.set_length(expected);
        self.bar.set_position(done);
        if !matches!(event, Event::Writing) {
            let left = self.tally.left().map_or_else(String::new, |left| format!(", {} left", HumanDuration(left)));
            self.bar.set_message(format!("{}, {:.2}/s{left}", self.tally.what(), self.tally.rate()));
        }
    }
}

/// A line every ten seconds on standard error, for logs of nightly jobs.
#[derive(Debug)]
pub struct Lines {
    tally: Tally,
    last: Instant,
}

impl Default for Lines {
    fn default() -> Self {
        Self::new()
    }
}

impl Lines {
    /// Starts counting.
    pub fn new() -> Self {
        Self { tally: Tally::new(), last: Instant::now() }
    }
}

impl Reporter for Lines {
    fn event(&mut self, event: &Event) {
        self.tally.event(event);
        match event {
            Event::Warning { text } => to_stderr(&format!("warning: {text}\n")),
            Event::Stopping { in_flight } => {
                to_stderr(&format!(
                    "stopping: {in_flight} {} in flight are finished first; signal again to stop at once\n",
                    self.tally.carriers()
                ));
            }
            _ if self.last.elapsed() >= EVERY => {
                self.last = Instant::now();
                to_stderr(&format!("{}\n", self.tally.line()));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{PageNumber, PageOutcome, SourcePath};

    #[test]
    fn the_end_is_estimated_from_the_files_seen() {
        let mut tally = Tally::new();
        let path = SourcePath::new("a.pdf");
        tally.event(&Event::Planned { to_read: 4, to_understand: 0, suspects: 0 });
        assert_eq!(tally.pages_expected(), 4);
        assert_eq!(tally.left(), None);
        tally.event(&Event::Opened { path: path.clone(), pages: 10 });
        assert_eq!(tally.pages_expected(), 40);
        tally.event(&Event::Page { path: path.clone(), number: PageNumber::new(1), outcome: PageOutcome::Read });
        tally.event(&Event::Opened { path, pages: 2 });
        assert_eq!(tally.pages_expected(), 24);
        assert!(tally.left().is_some());
        assert!(tally.line().starts_with("0 of 4 files, 1 of about 24 pages"));
    }
}
