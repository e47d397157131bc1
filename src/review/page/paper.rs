//! The document view: a document's values in the order of the paper beside its pages, and what belongs to the document as a whole.

use maud::{Markup, html};

use super::{Asked, Frame, screen};
use crate::model::{Field, PageJoin, Role};
use crate::review::desk::{Paper, PaperValue};

/// The field that says what a document is.
const KIND: Field = Field::DocumentType;
/// Width in pixels in which pages are asked for.
const WIDTH: u32 = 1240;

/// One document.
pub fn paper(frame: &Frame, paper: &Paper, asked: &Asked) -> String {
    let changes = frame.reviewer.role != Role::Auditor;
    let next = paper.values.iter().position(|value| value.task.is_some() && value.value.is_some());
    let kind = paper.kinds.iter().find(|(code, _)| *code == paper.kind).map_or("Document", |(_, words)| words);
    let body = html! {
        @if let Some(said) = asked.said { p.said role="status" { (said) } }
        @if let Some(doubt) = asked.doubt { p.doubt role="alert" { (doubt) } }
        div #paper.paper data-paper=[serde_json::to_string(paper).ok()] data-width=(WIDTH) {
            section #leaves.leaves aria-label="Pages" tabindex="0" {
                @for (n, page) in (1..).zip(&paper.pages) {
                    figure.leaf id={ "page-" (page) } data-page=(page) {
                        div.crop {
                            img src={ (frame.base) "/page/" (paper.id) "/" (page) ".png?w=" (WIDTH) } loading="lazy" width=(WIDTH) height=(WIDTH * 11 / 8)
                                alt={ "Page " (n) " of " (paper.pages.len()) " of the document" };
                            svg.outline viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true" {
                                @for (n, value) in paper.values.iter().enumerate().filter(|(_, value)| value.page == *page) {
                                    @if let Some([x, y, w, h]) = value.place { rect data-value=(n) x=(x) y=(y) width=(w) height=(h) {} }
                                }
                            }
                        }
                        figcaption { "Page " (n) " of " (paper.pages.len()) }
                    }
                }
            }
            section.values aria-labelledby="label" {
                header.asked {
                    h1 #label { (kind) }
                    p { (super::counted(paper.values.len() as u64, "value", "values")) ", in the order of the paper" }
                }
                @if changes { (kind_form(frame, paper)) }
                ol #rows.rows { @for (n, value) in paper.values.iter().enumerate() { (row(frame, paper, n, value, asked, next == Some(n))) } }
                @if changes {
                    (add_form(frame, paper, asked))
                    (pages_form(frame, paper))
                }
            }
        }
    };
    screen(frame, "paper", kind, &body)
}

fn kind_form(frame: &Frame, paper: &Paper) -> Markup {
    let of_kind = paper.values.iter().find(|value| value.field == KIND.as_str());
    html! {
        form.line #kind method="post" action={ (frame.base) "/form/amend" } {
            (hidden(frame, paper))
            input type="hidden" name="field" value=(KIND.as_str());
            input type="hidden" name="page" value=(paper.pages.first().copied().unwrap_or(1));
            input type="hidden" name="outcome" value="corrected";
            @if let Some(value) = of_kind { input type="hidden" name="handle" value=(value.handle); }
            label { "Kind of document"
                select name="value" { @for (code, words) in &paper.kinds { option value=(code) selected[*code == paper.kind] { (words) } } }
            }
            button type="submit" { "Set" }
        }
    }
}

fn hidden(frame: &Frame, paper: &Paper) -> Markup {
    html! { (frame.hidden_token()) input type="hidden" name="document" value=(paper.id); }
}

fn row(frame: &Frame, paper: &Paper, n: usize, value: &PaperValue, asked: &Asked, next: bool) -> Markup {
    let changes = frame.reviewer.role != Role::Auditor;
    let open = value.task.as_ref();
    let questioned = asked.doubt.is_some() && asked.handle == Some(value.handle.as_str());
    let id = format!("value-{n}");
    html! {
        li.row data-value=(n) class=[open.map(|_| "waits")] {
            form method="post" action={ (frame.base) @if open.is_some() { "/form/answer" } @else { "/form/amend" } } autocomplete="off" {
                (hidden(frame, paper))
                input type="hidden" name="page" value=(value.page);
                input type="hidden" name="place" value="";
                @match open {
                    Some(task) => {
                        input type="hidden" name="id" value=(task.id);
                        input type="hidden" name="version" value=(task.version);
                        input type="hidden" name="view" value="document";
                        input type="hidden" name="of-document" value=(paper.id);
                    }
                    None => {
                        input type="hidden" name="handle" value=(value.handle);
                        input type="hidden" name="field" value=(value.field);
                        @if let Some(item) = value.item { input type="hidden" name="item" value=(item); }
                    }
                }
                @if questioned { input type="hidden" name="insist" value="true"; }
                label for=(id) { (value.label) @if let Some(item) = value.item { " " small { "no. " (item) } } }
                @match &value.value {
                    Some(text) => (value_box(paper, value, &id, asked.typed.filter(|_| questioned).unwrap_or(text), changes, next || questioned)),
                    None => p id=(id) { "Asked without showing what was read" },
                }
                span.state { (state(value)) }
                @if changes && value.value.is_some() {
                    span.row-acts {
                        @let keep = if open.is_some() { "Accept" } else { "Save" };
                        button type="submit" name="outcome" value="corrected" aria-label={ (keep) ": " (value.label) } { (keep) }
                        button.scripted type="button" data-place=(n) aria-label={ "Place…: " (value.label) } { "Place…" }
                        button type="submit" name="outcome" value="absent" aria-label={ "Not on paper: " (value.label) } { "Not on paper" }
                    }
                } @else if changes && value.status == "review" {
                    span.row-acts { a.button href={ (frame.base) "/work?document=" (paper.id) } { "Key it" } }
                }
            }
        }
    }
}

/// The box of a value: of a closed set a list, of a long text several lines.
fn value_box(paper: &Paper, value: &PaperValue, id: &str, text: &str, changes: bool, focus: bool) -> Markup {
    let own = value.task.as_ref().map_or(&[][..], |task| &task.choices);
    let choices = if own.is_empty() && value.field == KIND.as_str() { &paper.kinds[..] } else { own };
    html! {
        @if !choices.is_empty() && changes {
            select id=(id) name="value" autofocus[focus] {
                @if !choices.iter().any(|(code, _)| code == text) { option value=(text) selected { (text) } }
                @for (code, words) in choices { option value=(code) selected[code == text] { (words) } }
            }
        } @else if text.chars().count() > 40 || text.contains('\n') {
            textarea id=(id) name="value" rows="3" spellcheck="false" readonly[!changes] autofocus[focus] { (text) }
        } @else {
            input id=(id) name="value" value=(text) spellcheck="false" readonly[!changes] autofocus[focus];
        }
    }
}

fn state(value: &PaperValue) -> &str {
    if let Some(task) = &value.task {
        return if task.missing { "not found; key it if it is there" } else { "waits" };
    }
    match value.status.as_str() {
        "accepted" => "accepted",
        "review" => "waits",
        "verified" => "verified by a person",
        "corrected" => "corrected by a person",
        "rejected" => "rejected",
        other => other,
    }
}

fn add_form(frame: &Frame, paper: &Paper, asked: &Asked) -> Markup {
    let questioned = asked.doubt.is_some() && asked.handle.is_none();
    html! {
        form.panel #add method="post" action={ (frame.base) "/form/amend" } autocomplete="off" {
            h2 { "Add a value that was missed" }
            (hidden(frame, paper))
            input type="hidden" name="outcome" value="corrected";
            label { "Field" select name="field" { @for (name, words, _) in &paper.fields { option value=(name) selected[questioned && asked.field == Some(name)] { (words) } } } }
            label { "Number within its group" input name="item" inputmode="numeric" pattern="[0-9]*"; small { "empty: a new one" } }
            label { "Page" select name="page" { @for (n, page) in (1..).zip(&paper.pages) { option value=(page) { (n) } } } }
            label { "Value" input name="value" value=[asked.typed.filter(|_| questioned)] spellcheck="false" required autofocus[questioned]; }
            @if questioned { input type="hidden" name="insist" value="true"; }
            input type="hidden" name="place" value="";
            p.row-acts {
                button.scripted type="button" data-place="add" { "Mark its place and read it…" }
                button.primary type="submit" { "Add" }
            }
        }
    }
}

fn pages_form(frame: &Frame, paper: &Paper) -> Markup {
    let joins = [
        ("", "as the program sees it"),
        ("begins", "begins a document"),
        ("goes-on", "goes on with the page before"),
        ("apart", "is another patient's"),
    ];
    html! {
        section.panel aria-labelledby="pages-title" {
            h2 #pages-title { "Pages of the scan" }
            p.note { "Say where documents begin. The scan's documents are made anew; decisions stay with their pages." }
            ul.pages {
                @for (page, document, join) in &paper.source_pages {
                    @let now = match join { None => "", Some(PageJoin::Begins) => "begins", Some(PageJoin::GoesOn) => "goes-on", Some(PageJoin::Apart) => "apart" };
                    li {
                        form.line.structure method="post" action={ (frame.base) "/form/structure" } {
                            (hidden(frame, paper))
                            input type="hidden" name="page" value=(page);
                            label { "Page " (page) " "
                                select name="join" { @for (name, words) in joins { option value=(name) selected[name == now] { (words) } } }
                            }
                            button type="submit" aria-label={ "Set page " (page) } { "Set" }
                            @if *document == paper.id { span.note { "in this document" } }
                            @else { a href={ (frame.base) "/paper/" (document) } { "its document" } }
                        }
                    }
                }
            }
        }
    }
}
