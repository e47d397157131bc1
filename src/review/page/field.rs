//! The field view: one item, its picture, its box. The conflict view and the lead's items are the same with other words.

use maud::{Markup, html};

use super::keys::Command;
use super::{Asked, Frame, screen};
use crate::model::Role;
use crate::review::desk::Task;

/// How high a line of print is drawn at least, CSS pixels: an x-height of 24 is about half of what a box around a line measures.
const LINE: f64 = 48.0;
/// A box higher than this many pixels of the snippet holds several lines.
const SEVERAL_LINES: f64 = 110.0;
/// Values longer than this get a box of several lines.
const LONG: usize = 56;

#[derive(Clone, Copy, PartialEq)]
enum View {
    Field,
    Conflict,
    Escalated,
}

impl View {
    fn as_str(self) -> &'static str {
        match self {
            View::Field => "field",
            View::Conflict => "conflict",
            View::Escalated => "escalated",
        }
    }
}

/// One item.
pub fn work(frame: &Frame, task: Option<&Task>, asked: &Asked) -> String {
    item(frame, View::Field, task, asked)
}

/// Two entries that differ.
pub fn conflicts(frame: &Frame, task: Option<&Task>, asked: &Asked) -> String {
    item(frame, View::Conflict, task, asked)
}

/// What was given to the lead.
pub fn escalated(frame: &Frame, task: Option<&Task>, asked: &Asked) -> String {
    item(frame, View::Escalated, task, asked)
}

fn item(frame: &Frame, view: View, task: Option<&Task>, asked: &Asked) -> String {
    let (name, title, nothing) = match view {
        View::Field => ("work", "Work", "Nothing waits for you here."),
        View::Conflict => ("conflicts", "Conflicts", "No conflict waits for you. Whoever keyed one of two entries cannot settle it."),
        View::Escalated => ("escalated", "For the lead", "Nobody has given you anything."),
    };
    let may_answer = frame.reviewer.role != Role::Auditor;
    let body = html! {
        @if let Some(said) = asked.said { p.said role="status" { (said) } }
        div #work data-view=(view.as_str()) data-field=[asked.field] data-kind=[asked.kind] data-document=[asked.document] data-line=(LINE)
            data-several=(SEVERAL_LINES) data-long=(LONG) data-may=(may_answer)
            data-task=[task.and_then(|task| serde_json::to_string(task).ok())] {
            section #item aria-labelledby="label" hidden[task.is_none()] {
                @let empty = Task::default();
                (asking(frame, view, task.unwrap_or(&empty), asked, may_answer))
            }
            section #nothing hidden[task.is_some()] {
                h1 { (title) }
                p { (nothing) }
                p { a.button href={ (frame.base) "/" } { "To the queue" } }
            }
        }
    };
    screen(frame, name, title, &body)
}

fn asking(frame: &Frame, view: View, task: &Task, asked: &Asked, may_answer: bool) -> Markup {
    let blind = task.mode != "confirm";
    let typed = asked.typed.or(task.value.as_deref()).unwrap_or_default();
    let words = shown_words(task, typed);
    let long = task.field.starts_with("Composition.section.") || words.chars().count() > LONG || words.contains('\n');
    html! {
        header.asked {
            h1 #label { (task.label) }
            p #where { (place_in_words(task)) }
            p #mode.tag hidden[!blind] { (mode_in_words(view)) }
            p #left {}
        }
        dl #context.context { @for (name, value) in &task.context { div { dt { (name) } dd { (value) } } } }
        div.sheet {
            figure {
                div #picture role="group" aria-label="Picture" tabindex="0" { div #crop.crop { (snippet(frame, task)) } }
                figcaption #caption hidden[!task.missing] { "Nothing was found. If it is not here, look at the whole page." }
            }
            form #answer method="post" action={ (frame.base) "/form/answer" } autocomplete="off" {
                (frame.hidden_token())
                (asked.hidden())
                input type="hidden" name="id" value=(task.id);
                input type="hidden" name="version" value=(task.version);
                input type="hidden" name="view" value=(view.as_str());
                @if asked.doubt.is_some() { input type="hidden" name="insist" value="true"; }
                label #ask.ask for="value" { (if blind { "Key what you see" } else { "Right as it stands?" }) }
                div #box.box {
                    div #under.under aria-hidden="true" { (underlined(words, if words == typed { &task.doubtful } else { &[] })) }
                    @if long {
                        textarea #value name="value" rows="4" spellcheck="false" autocapitalize="off" readonly[!may_answer]
                            aria-describedby="reads messages doubt" autofocus { (words) }
                    } @else {
                        input #value name="value" value=(words) spellcheck="false" autocapitalize="off" readonly[!may_answer]
                            aria-describedby="reads messages doubt" autofocus;
                    }
                }
                p #doubt.doubt role="alert" { @if let Some(doubt) = asked.doubt { (doubt) } }
                p #reads.reads { (both_readings(task)) }
                p #before.reads hidden[task.before.is_none()] {
                    "Before the page was read anew, a person had said: " b #said-before { (task.before.as_deref().unwrap_or_default()) }
                }
                ul #messages.messages { @for message in &task.messages { li { (message) } } }
                @if may_answer {
                    p.main-act { (deed(frame, Command::Accept, Some("corrected"), "Accept", Some("primary"))) }
                } @else {
                    p { "Your account looks and changes nothing." }
                }
            }
            @if may_answer {
                (other_readings(task))
                (acts(frame))
            }
        }
        aside #ahead.ahead aria-hidden="true" {}
    }
}

/// Other readings, or the members of a closed set: each taken by one key.
fn other_readings(task: &Task) -> Markup {
    let mut readings: Vec<(&str, &str)> = task.entries.iter().map(|entry| (entry.as_str(), "")).collect();
    if readings.is_empty() {
        readings = task.alternatives.iter().map(|other| (other.value.as_str(), other.source.as_str())).collect();
    }
    if readings.is_empty() {
        readings = task.choices.iter().map(|(value, _)| (value.as_str(), "")).collect();
    }
    html! {
        ol #alternatives.alternatives aria-label="Other readings" {
            @for (rank, (value, source)) in (1..).zip(readings) {
                li {
                    button type="submit" form="answer" name="take" value={ (rank) " " (value) } {
                        kbd { (rank) } " " span.value { (shown_words(task, value)) } " " small { (source) }
                    }
                }
            }
        }
    }
}

/// A button for a command. With an outcome it works without script too.
fn deed(frame: &Frame, command: Command, outcome: Option<&str>, words: &str, class: Option<&str>) -> Markup {
    let key = frame.chosen().of(command);
    let class = class.unwrap_or(if outcome.is_none() { "scripted" } else { "" });
    html! {
        button type=(if outcome.is_some() { "submit" } else { "button" }) form="answer" name=[outcome.map(|_| "outcome")] value=[outcome]
            class=[(!class.is_empty()).then_some(class)] data-do=(command.as_str()) aria-keyshortcuts=(key.replace("Ctrl", "Control")) {
            (words) " " kbd { (key) }
        }
    }
}

fn acts(frame: &Frame) -> Markup {
    html! {
        div.acts role="group" aria-label="Other answers and tools" {
            (deed(frame, Command::Illegible, Some("illegible"), "Illegible", None))
            (deed(frame, Command::Blank, Some("blank"), "Empty on paper", None))
            (deed(frame, Command::Absent, Some("absent"), "Not on this paper", None))
            (deed(frame, Command::Elsewhere, None, "Not here…", None))
            (deed(frame, Command::Same, None, "As before", None))
            (deed(frame, Command::Page, None, "Page", None))
            (deed(frame, Command::Postpone, Some("postpone"), "Put off", None))
            (deed(frame, Command::Back, None, "Back", None))
            (deed(frame, Command::Note, None, "Note…", None))
            (deed(frame, Command::Document, None, "Document", None))
            (deed(frame, Command::WrongDocument, Some("wrong-document"), "Wrong patient or document…", None))
        }
    }
}

fn mode_in_words(view: View) -> &'static str {
    match view {
        View::Conflict => "Two people read it differently. You decide.",
        View::Field | View::Escalated => "Asked without showing what was read",
    }
}

fn place_in_words(task: &Task) -> String {
    let at = task.pages.iter().position(|&page| page == task.page);
    let page = match at {
        Some(at) if task.pages.len() > 1 => format!("page {} of {}", at + 1, task.pages.len()),
        _ => format!("page {}", task.page),
    };
    let item = task.item.map(|item| format!(" · no. {item}")).unwrap_or_default();
    format!("{} · {page}{item}", task.kind)
}

/// What stands in the box: of a closed set the words, not the code.
fn shown_words<'a>(task: &'a Task, value: &'a str) -> &'a str {
    task.choices.iter().find(|(code, _)| code == value).map_or(value, |(_, words)| words)
}

fn both_readings(task: &Task) -> Markup {
    let raw = task.raw.as_deref().filter(|raw| !raw.is_empty() && Some(*raw) != task.value.as_deref());
    let reads = task.reads.as_deref().filter(|_| task.choices.is_empty());
    html! {
        @if let Some(raw) = raw { "On paper " span.value { (raw) } }
        @if raw.is_some() && reads.is_some() { ", " }
        @if let Some(reads) = reads { "read as " b { (reads) } }
    }
}

/// The picture with the value's place outlined. Its size makes a line of print [`LINE`] pixels high.
pub(super) fn snippet(frame: &Frame, task: &Task) -> Markup {
    let (width, height) = drawn(task);
    html! {
        @if !task.id.is_empty() {
            img src={ (frame.base) "/snippet/" (task.id) ".png" } width=(width) height=(height) decoding="async"
                alt={ "Picture of the paper: " (task.label) ", page " (task.page) };
            @if let Some([x, y, w, h]) = task.outline {
                svg.outline viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true" {
                    rect x=(x) y=(y) width=(w) height=(h) rx="0.6" {}
                }
            }
        }
    }
}

/// Size in CSS pixels at which a snippet is drawn.
fn drawn(task: &Task) -> (u32, u32) {
    let (width, height) = (f64::from(task.snippet.0), f64::from(task.snippet.1));
    let line = task.outline.map_or(0.0, |[_, _, _, tall]| tall / 100.0 * height);
    let scale = if !(1.0..=SEVERAL_LINES).contains(&line) { 1.0 } else { (LINE / line).clamp(1.0, 3.0) };
    ((width * scale).round() as u32, (height * scale).round() as u32)
}

/// Text with its doubtful characters underlined, to lie under the box.
fn underlined(text: &str, doubtful: &[(usize, usize)]) -> Markup {
    let letters: Vec<char> = text.chars().collect();
    let mut at = 0;
    let mut pieces: Vec<(bool, String)> = Vec::new();
    for &(from, to) in doubtful {
        let (from, to) = (from.min(letters.len()).max(at), to.min(letters.len()));
        if from < to {
            pieces.push((false, letters[at..from].iter().collect()));
            pieces.push((true, letters[from..to].iter().collect()));
            at = to;
        }
    }
    pieces.push((false, letters[at..].iter().collect()));
    html! { @for (doubt, piece) in pieces { @if doubt { u { (piece) } } @else { (piece) } } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubtful_characters_are_underlined_once_and_only_where_there_are_any() {
        let said = |text: &str, doubtful: &[(usize, usize)]| underlined(text, doubtful).into_string();
        assert_eq!(said("1950-03-04", &[(3, 4), (9, 10)]), "195<u>0</u>-03-0<u>4</u>");
        assert_eq!(said("Köhler", &[(1, 2)]), "K<u>ö</u>hler");
        assert_eq!(said("abc", &[(2, 9), (1, 2), (7, 8)]), "ab<u>c</u>");
        assert_eq!(said("<b>", &[(0, 1)]), "<u>&lt;</u>b&gt;");
        assert_eq!(said("", &[(0, 1)]), "");
    }

    #[test]
    fn a_line_is_drawn_high_enough_to_read_and_a_paragraph_as_it_is() {
        let task = |height: u32, tall: f64| Task { snippet: (400, height), outline: Some([0.0, 0.0, 50.0, tall]), ..Task::default() };
        assert_eq!(drawn(&task(80, 40.0)), (600, 120));
        assert_eq!(drawn(&task(160, 40.0)), (400, 160), "the server has made it large enough");
        assert_eq!(drawn(&task(400, 80.0)), (400, 400));
        assert_eq!(drawn(&Task { snippet: (400, 80), ..Task::default() }), (400, 80));
    }
}
