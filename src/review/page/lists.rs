//! The queue, the last answers, the figures.

use maud::{Markup, html};

use super::{Frame, counted, screen};
use crate::model::Role;
use crate::review::desk::{Figures, Mine, Queue};

/// The queue.
pub fn queue(frame: &Frame, queue: &Queue) -> String {
    let base = frame.base;
    let reader = frame.reviewer.role == Role::Auditor;
    let body = html! {
        @for alarm in &queue.alarms { p.alarm { strong { "Alarm. " } (alarm) } }
        section.hero {
            h1 { (counted(queue.open, "value waits", "values wait")) }
            p.minutes { (time_left(queue)) }
            @if queue.open > 0 && !reader {
                p { a #start.button.primary href={ (base) "/work" } autofocus { "Start " kbd { "Enter" } } }
            } @else if queue.open == 0 {
                p { "All done. What was put off, or is being worked at by others, comes back by itself." }
            }
            p.facts {
                @if queue.nearly > 0 { span { (counted(queue.nearly, "document needs", "documents need")) " one more answer" } }
                @if queue.postponed > 0 { span { (queue.postponed) " put off by you" } }
                @if queue.undoable > 0 { a href={ (base) "/mine" } { (counted(queue.undoable, "answer", "answers")) " can be taken back" } }
                @if queue.conflicts > 0 { a href={ (base) "/conflicts" } { (counted(queue.conflicts, "conflict", "conflicts")) " to settle" } }
                @if queue.escalated > 0 && frame.is_lead() {
                    a href={ (base) "/escalated" } { (queue.escalated) " for the lead" }
                }
            }
        }
        div.columns {
            (part("In groups", "Many alike on one screen", queue.groups.iter().map(|(name, words, n)| {
                (Some(format!("{base}/group?field={name}")), words.as_str(), *n)
            })))
            (part("By document", "", queue.kinds.iter().map(|(code, words, n)| (Some(format!("{base}/work?kind={code}")), words.as_str(), *n))))
            (part("Why", "", queue.reasons.iter().map(|(words, n)| (None, words.as_str(), *n))))
        }
        div.wide {
            (part("By field", "", queue.fields.iter().map(|(name, words, n)| (Some(format!("{base}/work?field={name}")), words.as_str(), *n))))
        }
    };
    screen(frame, "queue", "Queue", &body)
}

/// A table of counts, each with a bar of its share of the largest.
fn part<'a>(title: &str, note: &str, rows: impl Iterator<Item = (Option<String>, &'a str, u64)>) -> Markup {
    let rows: Vec<_> = rows.collect();
    let most = rows.iter().map(|(_, _, n)| *n).max().unwrap_or(1).max(1);
    html! {
        @if !rows.is_empty() {
            section.part {
                h2 { (title) }
                @if !note.is_empty() { p.note { (note) } }
                ul.counts {
                    @for (link, words, n) in &rows {
                        li {
                            @match link { Some(link) => a href=(link) { (words) }, None => span { (words) } }
                            span.n { (n) }
                            svg.bar viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true" {
                                rect width={ (format!("{:.1}", *n as f64 / most as f64 * 100.0)) } height="1" {}
                            }
                        }
                    }
                }
            }
        }
    }
}

fn time_left(queue: &Queue) -> String {
    match queue.minutes {
        Some(minutes) if queue.open > 0 => {
            let whole = minutes.ceil().max(1.0) as u64;
            if whole < 60 {
                format!("about {} left", counted(whole, "minute", "minutes"))
            } else {
                format!("about {} h {:02} min left", whole / 60, whole % 60)
            }
        }
        _ => String::new(),
    }
}

/// The reviewer's last answers.
pub fn mine(frame: &Frame, mine: &[Mine]) -> String {
    let body = html! {
        h1 { "My last 50" }
        @if mine.is_empty() {
            p { "You have answered nothing yet." }
        } @else {
            p.note { "What is taken back waits again. What was exported, or keyed by a second person since, stays." }
            div.scroll tabindex="0" role="region" aria-label="My last answers" {
                table.list {
                    thead { tr { th scope="col" { "When (UTC)" } th scope="col" { "Field" } th scope="col" { "Answer" } th scope="col" { "Value" } td {} } }
                    tbody {
                        @for answer in mine {
                            tr {
                                td { time datetime=(iso(answer.at)) { (clock(answer.at)) } }
                                th scope="row" { (answer.label) }
                                td { (outcome(&answer.outcome)) }
                                td.value { (answer.value) }
                                td {
                                    @if answer.undoable {
                                        form method="post" action={ (frame.base) "/form/undo" } {
                                            (frame.hidden_token())
                                            input type="hidden" name="line" value=(answer.line);
                                            button type="submit" aria-label={ "Take back: " (answer.label) } { "Take back" }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    screen(frame, "mine", "My last 50", &body)
}

/// An outcome as people say it.
fn outcome(name: &str) -> &str {
    match name {
        "verified" => "right as read",
        "corrected" => "corrected",
        "blank" => "empty on the paper",
        "illegible" => "illegible",
        "absent" => "not on the paper",
        "wrong-document" => "given to the lead",
        other => other,
    }
}

fn stamp(at: i64) -> Option<jiff::Timestamp> {
    jiff::Timestamp::from_second(at).ok()
}

fn iso(at: i64) -> String {
    stamp(at).map(|at| at.to_string()).unwrap_or_default()
}

fn clock(at: i64) -> String {
    stamp(at).map(|at| at.strftime("%d %b %H:%M").to_string()).unwrap_or_default()
}

/// Figures of reviewers.
pub fn numbers(frame: &Frame, figures: &[Figures]) -> String {
    let body = html! {
        h1 { "Numbers" }
        @match figures.first() {
            Some(own) => {
                dl.figures {
                    (figure("Answers", own.answered.to_string(), ""))
                    (figure("Answers a minute", own.per_minute.map_or_else(dash, |n| format!("{n:.1}")), "of active time"))
                    (figure("Seconds an answer", own.median_seconds.map_or_else(dash, |n| format!("{n:.1}")), "median"))
                    (figure("Corrected", own.corrected.map_or_else(dash, percent), "of what was confirmed or corrected"))
                    (figure("Planted errors noticed", caught(own), &interval(own)))
                    (figure("Blind entries alike", agreed(own), "with another person's"))
                }
            }
            None => p { "There are no figures yet." },
        }
        @if figures.len() > 1 {
            h2 { "Team" }
            div.scroll tabindex="0" role="region" aria-label="Figures of the team" {
                table.list {
                    thead {
                        tr {
                            @for title in ["Reviewer", "Answers", "A minute", "Seconds", "Corrected", "Errors noticed", "95 % interval", "Alike", "Held items"] {
                                th scope="col" { (title) }
                            }
                        }
                    }
                    tbody { @for one in figures { (team_row(frame, one)) } }
                }
            }
        }
    };
    screen(frame, "numbers", "Numbers", &body)
}

fn team_row(frame: &Frame, one: &Figures) -> Markup {
    html! {
        tr {
            th scope="row" { (one.reviewer) }
            td.n { (one.answered) }
            td.n { (one.per_minute.map_or_else(dash, |n| format!("{n:.1}"))) }
            td.n { (one.median_seconds.map_or_else(dash, |n| format!("{n:.1}"))) }
            td.n { (one.corrected.map_or_else(dash, percent)) }
            td.n { (caught(one)) }
            td.n { (interval(one)) }
            td.n { (agreed(one)) }
            td {
                @if frame.is_lead() {
                    form method="post" action={ (frame.base) "/form/release" } {
                        (frame.hidden_token())
                        input type="hidden" name="of" value=(one.reviewer);
                        button type="submit" aria-label={ "Release items of " (one.reviewer) } { "Release items" }
                    }
                }
            }
        }
    }
}

fn figure(title: &str, value: String, note: &str) -> Markup {
    html! { div { dt { (title) } dd { b { (value) } @if !note.is_empty() { " " small { (note) } } } } }
}

fn dash() -> String {
    "–".to_owned()
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

fn caught(figures: &Figures) -> String {
    if figures.seeded == 0 { dash() } else { format!("{} of {}", figures.caught, figures.seeded) }
}

fn agreed(figures: &Figures) -> String {
    if figures.paired == 0 { dash() } else { format!("{} of {}", figures.agreed, figures.paired) }
}

fn interval(figures: &Figures) -> String {
    figures.catch_interval.map_or_else(String::new, |(low, high)| format!("{}–{}", percent(low), percent(high)))
}
