//! Tables found by their heads: which columns a table has, where they run, and the words of every cell.
//!
//! Knows geometry and the names that columns may bear; what a cell means is left to the rules that ask.

use rapidfuzz::fuzz;

use crate::model::{PageLayout, Rect, RulingKind};

/// Least likeness of a head to a name of its role. Short names must match to the letter.
const LIKE: f64 = 0.82;

/// Most words that one head is made of.
const LONGEST_HEAD: usize = 4;

/// A segment of more words is prose; several heads that stand close make one segment, too.
const LONGEST_SEGMENT: usize = 12;

/// A gap of more units than this below a line ends the table.
const END_GAP: f32 = 5.0;

/// What a table of one kind looks like: the roles of its columns and the names under which they are printed.
#[derive(Clone, Debug)]
pub(crate) struct TableSpec<'a, R> {
    /// Roles with the names of their heads, in any case; the same role may stand over several columns.
    pub names: &'a [(R, Vec<String>)],
    /// The column that every row fills (test, drug, vaccine, problem): rows are told apart by it. If it occurs twice in a head, two
    /// tables stand side by side.
    pub key: R,
    /// Roles besides the key of which at least one must be there.
    pub any_of: &'a [R],
}

/// A column of a table that was found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Column<R> {
    /// Its role; `None` for a head that no role knows.
    pub role: Option<R>,
    /// Words of the head.
    pub head: Vec<usize>,
    /// How well the head matched, 0.0–1.0.
    pub likeness: f32,
    /// Left end in pixels.
    pub left: f32,
    /// Right end in pixels.
    pub right: f32,
}

/// A row: one cell a column, each the words (by index) in reading order; empty cells have none.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    /// Indices of the lines that it is made of.
    pub lines: Vec<usize>,
    /// Parallel to the table's columns.
    pub cells: Vec<Vec<usize>>,
}

impl Row {
    /// How many cells hold words.
    pub(crate) fn filled(&self) -> usize {
        self.cells.iter().filter(|c| !c.is_empty()).count()
    }
}

/// A table on one page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Table<R> {
    /// Left to right.
    pub columns: Vec<Column<R>>,
    /// Top to bottom. A line of text between rows (the name of a panel) is a row of which one cell is filled.
    pub rows: Vec<Row>,
    /// Lines of the head; empty in the continuation of a table of an earlier page.
    pub head_lines: Vec<usize>,
}

impl<R: Copy + PartialEq> Table<R> {
    /// Index of the first column of a role.
    pub(crate) fn column(&self, role: R) -> Option<usize> {
        self.columns.iter().position(|c| c.role == Some(role))
    }

    /// The words of a row's cell in the first column of a role; none if there is no such column.
    pub(crate) fn cell<'t>(&self, row: &'t Row, role: R) -> &'t [usize] {
        self.column(role).map_or(&[], |c| row.cells[c].as_slice())
    }

    /// Every line that the table covers, head and rows.
    pub(crate) fn lines(&self) -> Vec<usize> {
        let mut lines: Vec<usize> = self.head_lines.iter().chain(self.rows.iter().flat_map(|r| &r.lines)).copied().collect();
        lines.sort_unstable();
        lines.dedup();
        lines
    }
}

/// Finds the tables of one kind on a page, top to bottom. `ends` says of a line that no row can stand there (a heading of
/// another section, a foot line): the table ends above it.
pub(crate) fn find<R: Copy + PartialEq>(page: &PageLayout, spec: &TableSpec<'_, R>, ends: &dyn Fn(usize) -> bool) -> Vec<Table<R>> {
    let heads = heads(page, spec);
    let mut tables = Vec::new();
    for (at, head) in heads.iter().enumerate() {
        // The next head at or below ends this table.
        let last = heads[at + 1..].iter().map(|h| h.lines[0]).find(|&l| l > head.lines[0]).unwrap_or(page.lines.len());
        let first = head.lines.iter().copied().max().unwrap_or(0) + 1;
        let bottom = head.rect.bottom();
        let body = body_lines(page, first, last, bottom, head.span, ends);
        let columns = columns(page, &head.cells, &body, head.span);
        let rows = rows(page, &columns, &body, spec.key);
        tables.push(Table { columns, rows, head_lines: head.lines.clone() });
    }
    tables
}

/// Takes a page as the continuation, without a head of its own, of a table that ran to the foot of the page before. Rows begin at
/// the first line that fills at least `least` columns cleanly.
pub(crate) fn continuation<R: Copy + PartialEq>(
    page: &PageLayout,
    table: &Table<R>,
    key: R,
    least: usize,
    ends: &dyn Fn(usize) -> bool,
) -> Option<Table<R>> {
    let first = (0..page.lines.len()).find(|&l| {
        let cells = assign(page, &table.columns, l);
        let filled = cells.iter().filter(|c| !c.is_empty()).count();
        filled >= least && page.lines[l].segments.len() >= filled
    })?;
    let span = (table.columns.first()?.left, table.columns.last()?.right);
    let body = body_lines(page, first, page.lines.len(), page.lines[first].rect.y, span, ends);
    let rows = rows(page, &table.columns, &body, key);
    Some(Table { columns: table.columns.clone(), rows, head_lines: Vec::new() })
}

// ---------------------------------------------------------------------------------------------------------------- heads

/// The names of a specification as they are compared, made once a page.
struct Names<R> {
    roles: Vec<(R, String, usize)>,
    key: R,
    any_of: Vec<R>,
}

impl<R: Copy> Names<R> {
    fn of(spec: &TableSpec<'_, R>) -> Self {
        let all = spec.names.iter().flat_map(|(role, names)| names.iter().map(move |name| (*role, squeeze(name))));
        let roles = all.map(|(role, name)| (role, name.chars().count(), name)).map(|(role, length, name)| (role, name, length)).collect();
        Self { roles, key: spec.key, any_of: spec.any_of.to_vec() }
    }
}

struct HeadCell<R> {
    role: Option<R>,
    words: Vec<usize>,
    rect: Rect,
    likeness: f32,
}

struct Head<R> {
    lines: Vec<usize>,
    cells: Vec<HeadCell<R>>,
    rect: Rect,
    /// Left and right end of the table.
    span: (f32, f32),
}

fn heads<R: Copy + PartialEq>(page: &PageLayout, spec: &TableSpec<'_, R>) -> Vec<Head<R>> {
    let names = Names::of(spec);
    let count = |cells: &[HeadCell<R>]| cells.iter().filter(|c| c.role.is_some()).count();
    let alone: Vec<Vec<HeadCell<R>>> = (0..page.lines.len()).map(|line| cells_of_lines(page, &names, &[line])).collect();
    let mut found: Vec<Head<R>> = Vec::new();
    let mut skip = 0;
    for (line, cells) in alone.iter().enumerate() {
        if line < skip {
            continue;
        }
        let here = count(cells);
        let below = alone.get(line + 1).map_or(0, |c| count(c));
        // Two lines are worth a look only if both, or one of them and something beside it, may be parts of heads.
        let stacked = if here + below >= 1 && line + 1 < page.lines.len() && close_below(page, line, line + 1) {
            Some(cells_of_lines(page, &names, &[line, line + 1])).filter(|c| count(c) > here.max(below))
        } else {
            None
        };
        let (cells, lines) = match stacked {
            Some(cells) => (head_of(&names, cells), vec![line, line + 1]),
            None if here >= 2 => (head_of(&names, cells_of_lines(page, &names, &[line])), vec![line]),
            None => continue,
        };
        if let Some(cells) = cells {
            skip = lines[lines.len() - 1] + 1;
            found.extend(split(page, spec.key, cells, &lines));
        }
    }
    found
}

fn close_below(page: &PageLayout, upper: usize, lower: usize) -> bool {
    let (a, b) = (&page.lines[upper].rect, &page.lines[lower].rect);
    b.y - a.bottom() < 0.9 * page.unit
}

/// What may be heads in one line, or in two that stand one above the other.
fn cells_of_lines<R: Copy>(page: &PageLayout, names: &Names<R>, lines: &[usize]) -> Vec<HeadCell<R>> {
    let mut groups: Vec<(Rect, Vec<usize>)> = Vec::new();
    for &line in lines {
        for &s in &page.lines[line].segments {
            let segment = &page.segments[s];
            if !segment.words.iter().any(|&w| page.word(w).text.chars().any(char::is_alphanumeric)) {
                continue;
            }
            // Of stacked heads, what stands one above the other is one head.
            match groups.iter_mut().find(|(rect, _)| lines.len() > 1 && rect.overlap_x(&segment.rect) > 0.4 * rect.w.min(segment.rect.w)) {
                Some((rect, words)) => {
                    *rect = rect.union(&segment.rect);
                    words.extend(&segment.words);
                }
                None => groups.push((segment.rect, segment.words.clone())),
            }
        }
    }
    groups.sort_by(|a, b| a.0.x.total_cmp(&b.0.x));
    groups.into_iter().flat_map(|(rect, words)| cells_of(page, names, rect, words)).collect()
}

/// The head that some cells make, if they make one: more than half of them are known, the key is among them and one of the others.
fn head_of<R: Copy + PartialEq>(names: &Names<R>, mut cells: Vec<HeadCell<R>>) -> Option<Vec<HeadCell<R>>> {
    let known = cells.iter().filter(|c| c.role.is_some()).count();
    // Three known heads beside an unknown one at the left: the key's head, misread beyond knowing.
    if known >= 3
        && cells.iter().all(|c| c.role != Some(names.key))
        && let Some(first) = cells.first_mut()
        && first.role.is_none()
        && first.words.len() <= 3
    {
        first.role = Some(names.key);
        first.likeness = 0.5;
    }
    let known = cells.iter().filter(|c| c.role.is_some()).count();
    let has = |role: R| cells.iter().any(|c| c.role == Some(role));
    (known >= 2 && 2 * known > cells.len() && has(names.key) && names.any_of.iter().any(|&r| has(r))).then_some(cells)
}

/// One segment of a head line: several heads that stand close, or one head that no role knows.
fn cells_of<R: Copy>(page: &PageLayout, names: &Names<R>, rect: Rect, words: Vec<usize>) -> Vec<HeadCell<R>> {
    // Prose.
    if words.len() > LONGEST_SEGMENT {
        return vec![HeadCell { role: None, words, rect, likeness: 0.0 }];
    }
    let mut cells = Vec::new();
    let (mut at, mut matched) = (0, 0);
    while at < words.len() {
        let best = (1..=LONGEST_HEAD.min(words.len() - at))
            .rev()
            .filter_map(|n| {
                let part = &words[at..at + n];
                role_of(names, &page.text_of(part)).map(|(role, likeness)| (n, role, likeness))
            })
            .max_by(|a, b| a.2.total_cmp(&b.2).then(a.0.cmp(&b.0)));
        match best {
            Some((n, role, likeness)) => {
                let part = words[at..at + n].to_vec();
                let rect = page.hull(&part).unwrap_or(rect);
                cells.push(HeadCell { role: Some(role), words: part, rect, likeness });
                matched += n;
                at += n;
            }
            None => at += 1,
        }
    }
    // A phrase in which the name of a column merely occurs is no head.
    if cells.is_empty() || 5 * matched < 3 * words.len() {
        return vec![HeadCell { role: None, words, rect, likeness: 0.0 }];
    }
    cells
}

fn role_of<R: Copy>(names: &Names<R>, text: &str) -> Option<(R, f32)> {
    // A colon makes it a label of a value beside it.
    if text.trim_end().ends_with(':') {
        return None;
    }
    let text = squeeze(text);
    let length = text.chars().count();
    let mut best: Option<(R, f32)> = None;
    for (role, name, of_name) in &names.roles {
        // Lengths too far apart cannot be like enough.
        if 2.0 * (length.min(*of_name) as f64) < LIKE * (length + of_name) as f64 {
            continue;
        }
        let likeness = likeness(&text, name, length.min(*of_name));
        if likeness > 0.0 && best.is_none_or(|(_, b)| likeness > b) {
            best = Some((*role, likeness));
        }
    }
    best
}

fn likeness(text: &str, name: &str, shorter: usize) -> f32 {
    if text == name {
        return 1.0;
    }
    if shorter < 4 {
        return 0.0;
    }
    let ratio = fuzz::ratio(text.chars(), name.chars());
    if ratio >= LIKE { ratio as f32 } else { 0.0 }
}

/// Lower case without anything but letters, digits and `#`, as OCR is least sure of blanks and points; letters and digits that it
/// takes for one another are made the same.
fn squeeze(text: &str) -> String {
    let fold = |c| match c {
        '0' => 'o',
        '1' | 'i' => 'l',
        '5' => 's',
        '8' => 'b',
        other => other,
    };
    text.chars().filter(|c| c.is_alphanumeric() || *c == '#').flat_map(char::to_lowercase).map(fold).collect()
}

/// Two tables side by side share a head line; the key's second occurrence begins the second.
fn split<R: Copy + PartialEq>(page: &PageLayout, key: R, cells: Vec<HeadCell<R>>, lines: &[usize]) -> Vec<Head<R>> {
    let repeats = cells.iter().filter(|c| c.role == Some(key)).count() > 1 && cells.first().is_some_and(|c| c.role == Some(key));
    let mut parts: Vec<Vec<HeadCell<R>>> = Vec::new();
    for cell in cells {
        match parts.last_mut() {
            Some(part) if !(repeats && cell.role == Some(key)) => part.push(cell),
            _ => parts.push(vec![cell]),
        }
    }
    let width = page.reading.width as f32;
    let starts: Vec<f32> = parts.iter().map(|p| p.iter().map(|c| c.rect.x).fold(f32::MAX, f32::min)).collect();
    let mut heads = Vec::new();
    for (at, part) in parts.into_iter().enumerate() {
        let Some(rect) = Rect::hull(part.iter().map(|c| &c.rect)) else { continue };
        let left = if at == 0 { 0.0 } else { starts[at] - 0.5 * page.unit };
        let right = starts.get(at + 1).map_or(width, |x| x - 0.5 * page.unit);
        heads.push(Head { lines: lines.to_vec(), cells: part, rect, span: (left, right) });
    }
    heads
}

// ----------------------------------------------------------------------------------------------------------------- body

/// Lines below the head that may hold rows: up to a wide gap or a line that `ends`.
fn body_lines(page: &PageLayout, first: usize, last: usize, bottom: f32, span: (f32, f32), ends: &dyn Fn(usize) -> bool) -> Vec<usize> {
    let mut lines = Vec::new();
    let mut reached = bottom;
    for line in first..last {
        let inside: Vec<usize> = page.lines[line].segments.iter().copied().filter(|&s| within(&page.segments[s].rect, span)).collect();
        let Some(rect) = Rect::hull(inside.iter().map(|&s| &page.segments[s].rect)) else { continue };
        if rect.y - reached > END_GAP * page.unit || ends(line) {
            break;
        }
        reached = reached.max(rect.bottom());
        lines.push(line);
    }
    lines
}

fn within(rect: &Rect, span: (f32, f32)) -> bool {
    rect.center_x() >= span.0 && rect.center_x() <= span.1
}

/// Where the columns run: between two heads at a vertical rule, else where the fewest words of the body are cut.
fn columns<R: Copy>(page: &PageLayout, heads: &[HeadCell<R>], body: &[usize], span: (f32, f32)) -> Vec<Column<R>> {
    let mut borders = vec![span.0];
    for pair in heads.windows(2) {
        borders.push(border(page, &pair[0].rect, &pair[1].rect, body));
    }
    borders.push(span.1);
    heads
        .iter()
        .zip(borders.windows(2))
        .map(|(h, b)| Column { role: h.role, head: h.words.clone(), likeness: h.likeness, left: b[0], right: b[1] })
        .collect()
}

fn border(page: &PageLayout, left: &Rect, right: &Rect, body: &[usize]) -> f32 {
    let unit = page.unit;
    // A cell may begin left of its head, never right of where the head begins.
    let (from, to) = (left.center_x(), right.x + unit);
    let want = right.x - 0.5 * unit;
    let rule = page
        .reading
        .rulings
        .iter()
        .filter(|r| {
            r.kind == RulingKind::Vertical && r.rect.center_x() > left.right() - 0.3 * unit && r.rect.center_x() < right.x + 0.3 * unit
        })
        .filter(|r| r.rect.bottom() > right.bottom() + unit && r.rect.y < right.bottom() + 3.0 * unit)
        .map(|r| r.rect.center_x())
        .min_by(|a, b| (a - want).abs().total_cmp(&(b - want).abs()));
    if let Some(x) = rule {
        return x;
    }
    let step = (0.25 * unit).max(1.0);
    let mut best = (f32::MAX, want.clamp(from, to.max(from)));
    let mut x = from;
    while x <= to {
        let mut cost = 0.02 * (x - want).abs() / unit;
        for &line in body {
            for &s in &page.lines[line].segments {
                let segment = &page.segments[s];
                // Prose across both columns says nothing of where they part.
                let prose = segment.words.len() >= 4 && segment.rect.x < left.x && segment.rect.right() > right.right();
                if prose || x <= segment.rect.x || x >= segment.rect.right() {
                    continue;
                }
                // To part a word is worse than to part the words of a segment, which may well be two cells that stand close.
                let cut = segment.words.iter().any(|&w| x > page.word(w).rect.x && x < page.word(w).rect.right());
                cost += if cut { 1.0 } else { 0.4 };
            }
        }
        if cost < best.0 {
            best = (cost, x);
        }
        x += step;
    }
    best.1
}

/// A line's words by column. A line of one phrase that runs on over a border is left whole in the column where it begins.
fn assign<R>(page: &PageLayout, columns: &[Column<R>], line: usize) -> Vec<Vec<usize>> {
    let mut cells = vec![Vec::new(); columns.len()];
    let column_at = |x: f32| columns.iter().position(|c| x >= c.left && x < c.right);
    let segments: Vec<usize> = page.lines[line]
        .segments
        .iter()
        .copied()
        .filter(|&s| columns.first().zip(columns.last()).is_some_and(|(a, b)| within(&page.segments[s].rect, (a.left, b.right))))
        .collect();
    for &s in &segments {
        let words = &page.segments[s].words;
        let whole = segments.len() == 1 && words.windows(2).all(|p| page.word(p[1]).rect.x - page.word(p[0]).rect.right() < page.unit);
        let start = words.first().and_then(|&w| column_at(page.word(w).rect.center_x()));
        for &w in words {
            let at = if whole { start } else { column_at(page.word(w).rect.center_x()) };
            if let Some(at) = at {
                cells[at].push(w);
            }
        }
    }
    cells
}

/// Groups the body's lines into rows. Every line that fills the key begins one; the others belong to the row that they overlap,
/// else to the nearest whose cells they do not contradict, else they are the second line of a cell of the row above.
fn rows<R: Copy + PartialEq>(page: &PageLayout, columns: &[Column<R>], body: &[usize], key: R) -> Vec<Row> {
    let Some(key) = columns.iter().position(|c| c.role == Some(key)) else { return Vec::new() };
    let mut lines: Vec<(usize, Vec<Vec<usize>>)> =
        body.iter().map(|&l| (l, assign(page, columns, l))).filter(|(_, cells)| cells.iter().any(|c| !c.is_empty())).collect();
    // Prose across the whole table is its end.
    if let Some(end) = lines.iter().position(|(l, _)| is_prose(page, columns, *l)) {
        lines.truncate(end);
    }
    let rect = |line: usize| page.lines[line].rect;
    let mut rows: Vec<Row> = Vec::new();
    let mut loose: Vec<(usize, Vec<Vec<usize>>)> = Vec::new();
    for (line, cells) in lines {
        if cells[key].is_empty() {
            loose.push((line, cells));
        } else if rows.last().is_some_and(|row| runs_on(page, row, line, &cells, key)) {
            if let Some(row) = rows.last_mut() {
                add(row, line, cells);
            }
        } else {
            rows.push(Row { lines: vec![line], cells });
        }
    }
    let anchors: Vec<Rect> = rows.iter().map(|row| rect(row.lines[0])).collect();
    for (line, cells) in loose {
        let here = rect(line);
        let free = |row: &Row| cells.iter().zip(&row.cells).all(|(a, b)| a.is_empty() || b.is_empty());
        let near = |k: usize| (anchors[k].center_y() - here.center_y()).abs();
        let same_box = |k: usize| same_band(page, &anchors[k], &here);
        let overlapping = (0..rows.len()).find(|&k| anchors[k].overlap_y(&here) > 0.3 * anchors[k].h.min(here.h) && free(&rows[k]));
        let boxed = (0..rows.len()).find(|&k| same_box(k));
        let beside = (0..rows.len()).filter(|&k| free(&rows[k]) && near(k) < 1.6 * page.unit).min_by(|&a, &b| near(a).total_cmp(&near(b)));
        let above = (0..rows.len()).rev().find(|&k| anchors[k].y < here.y && here.y - bottom(page, &rows[k]) < 1.5 * page.unit);
        if let Some(k) = overlapping.or(boxed).or(beside).or(above) {
            add(&mut rows[k], line, cells);
        }
    }
    for row in &mut rows {
        for cell in &mut row.cells {
            sort_reading(page, cell);
        }
    }
    rows
}

fn add(row: &mut Row, line: usize, cells: Vec<Vec<usize>>) {
    row.lines.push(line);
    row.lines.sort_unstable();
    for (into, from) in row.cells.iter_mut().zip(cells) {
        into.extend(from);
    }
}

fn bottom(page: &PageLayout, row: &Row) -> f32 {
    row.lines.iter().map(|&l| page.lines[l].rect.bottom()).fold(0.0, f32::max)
}

/// Whether a line that fills only the key is the second line of the key's cell above: close, and begun in small letters or left
/// open by a comma, a hyphen or a bracket.
fn runs_on(page: &PageLayout, row: &Row, line: usize, cells: &[Vec<usize>], key: usize) -> bool {
    if cells.iter().enumerate().any(|(k, c)| k != key && !c.is_empty()) || row.filled() < 2 {
        return false;
    }
    let here = page.lines[line].rect;
    if here.y - bottom(page, row) > 0.8 * page.unit {
        return false;
    }
    let above = page.text_of(&row.cells[key]);
    let text = page.text_of(&cells[key]);
    let open = above.ends_with([',', '-', '/', '(']) || above.matches('(').count() > above.matches(')').count();
    open || text.chars().next().is_some_and(|c| c.is_lowercase() || c == '(')
        || page.lines[row.lines[0]].rect.overlap_y(&here) > 0.0
        || same_band(page, &page.lines[row.lines[0]].rect, &here)
}

/// Whether no horizontal rule parts two rects although rules stand above the upper and below the lower: one band of a ruled table.
fn same_band(page: &PageLayout, a: &Rect, b: &Rect) -> bool {
    let (upper, lower) = if a.y <= b.y { (a, b) } else { (b, a) };
    let slack = 0.3 * page.unit;
    let across = |r: &Rect| r.overlap_x(upper) > 0.3 * upper.w && r.overlap_x(lower) > 0.3 * lower.w;
    let rules: Vec<f32> =
        page.reading.rulings.iter().filter(|r| r.kind == RulingKind::Horizontal && across(&r.rect)).map(|r| r.rect.center_y()).collect();
    let parted = rules.iter().any(|&y| y > upper.center_y() && y < lower.center_y());
    let top = rules.iter().any(|&y| y <= upper.y + slack && y > upper.y - 3.0 * page.unit);
    let foot = rules.iter().any(|&y| y >= lower.bottom() - slack && y < lower.bottom() + 3.0 * page.unit);
    !parted && top && foot
}

/// A phrase that runs over more than half of the table's columns, three or more, is prose below it.
fn is_prose<R>(page: &PageLayout, columns: &[Column<R>], line: usize) -> bool {
    page.lines[line].segments.iter().any(|&s| {
        let segment = &page.segments[s];
        let crossed = columns.windows(2).filter(|p| p[1].left > segment.rect.x && p[1].left < segment.rect.right()).count();
        crossed >= 3 && 2 * crossed > columns.len() && segment.words.len() >= 6
    })
}

fn sort_reading(page: &PageLayout, words: &mut [usize]) {
    let line_of = |w: usize| page.segments.iter().find(|s| s.words.contains(&w)).map_or(0, |s| s.line);
    words.sort_by(|&a, &b| line_of(a).cmp(&line_of(b)).then(page.word(a).rect.x.total_cmp(&page.word(b).rect.x)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::analyse;
    use crate::layout::testing::{across, down, page, word};
    use crate::model::{PageReading, Word};

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Role {
        Test,
        Result,
        Unit,
        Range,
    }

    fn names() -> Vec<(Role, Vec<String>)> {
        let of = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
        vec![
            (Role::Test, of(&["test", "test name", "analyte"])),
            (Role::Result, of(&["result", "value"])),
            (Role::Unit, of(&["units"])),
            (Role::Range, of(&["reference range", "normal range", "reference"])),
        ]
    }

    /// Draws rows of phrases at the given x, 20 pixels high, 40 apart; the words of a phrase stand 10 pixels apart.
    fn draw(xs: &[f32], rows: &[&[&str]]) -> PageReading {
        let mut words: Vec<Word> = Vec::new();
        for (k, row) in rows.iter().enumerate() {
            for (&x, text) in xs.iter().zip(*row) {
                let mut at = x;
                for part in text.split_whitespace() {
                    let w = word(part, at, 40.0 + 40.0 * k as f32);
                    at = w.rect.right() + 10.0;
                    words.push(w);
                }
            }
        }
        page(words)
    }

    fn texts(reading: PageReading) -> Vec<Vec<Vec<String>>> {
        let layout = analyse(reading);
        let names = names();
        let spec = TableSpec { names: &names, key: Role::Test, any_of: &[Role::Result] };
        find(&layout, &spec, &|_| false)
            .iter()
            .map(|t| t.rows.iter().map(|r| r.cells.iter().map(|c| layout.text_of(c)).collect::<Vec<_>>().join("|")).collect())
            .map(|rows: Vec<String>| rows.iter().map(|r| r.split('|').map(str::to_owned).collect()).collect())
            .collect()
    }

    #[test]
    fn cells_follow_their_heads_and_may_be_empty() {
        let got = texts(draw(
            &[20.0, 300.0, 450.0, 600.0],
            &[&["TEST", "RESULT", "UNITS", "REFERENCE RANGE"], &["Sodium", "140", "mmol/L", "136-145"], &["pH", "5.5", "", "5.0-8.0"]],
        ));
        assert_eq!(got, [[["Sodium", "140", "mmol/L", "136-145"], ["pH", "5.5", "", "5.0-8.0"]]]);
    }

    #[test]
    fn misread_heads_are_known_and_strange_ones_kept() {
        let got = texts(draw(&[20.0, 300.0, 450.0, 600.0], &[&["TEST", "RESVLT", "LAB", "UN1TS"], &["Sodium", "140", "ML", "mmol/L"]]));
        assert_eq!(got, [[["Sodium", "140", "ML", "mmol/L"]]]);
    }

    #[test]
    fn the_head_of_the_key_may_be_misread_beyond_knowing() {
        let got =
            texts(draw(&[20.0, 300.0, 450.0, 600.0], &[&["ESW", "RESULT", "UNITS", "NORMAL RANGE"], &["Sodium", "140", "mmol/L", "1-2"]]));
        assert_eq!(got, [[["Sodium", "140", "mmol/L", "1-2"]]]);
        assert!(texts(draw(&[20.0, 300.0], &[&["ESW", "RESULT"], &["Sodium", "140"]])).is_empty());
    }

    #[test]
    fn prose_and_labels_are_no_heads() {
        assert!(texts(draw(&[20.0], &[&["the test gave no result of value to us"], &["Sodium 140"]])).is_empty());
        assert!(texts(draw(&[20.0, 200.0], &[&["Test:", "Result:"], &["Sodium", "140"]])).is_empty());
    }

    #[test]
    fn a_panel_between_rows_is_a_row_of_one_cell_and_prose_ends_the_table() {
        let got = texts(draw(
            &[20.0, 300.0, 450.0, 600.0],
            &[
                &["TEST", "RESULT", "UNITS", "NORMAL RANGE"],
                &["COMPREHENSIVE METABOLIC PANEL", "", "", ""],
                &["Sodium", "140", "mmol/L", "136-145"],
                &["H stands for what is above the reference range and L for what is below", "", "", ""],
                &["Potassium", "4.0", "mmol/L", "3.5-5.1"],
            ],
        ));
        assert_eq!(got[0].len(), 2);
        assert_eq!(got[0][0], ["COMPREHENSIVE METABOLIC PANEL", "", "", ""]);
    }

    #[test]
    fn prose_below_does_not_move_a_border() {
        // Under the last head its cells end early; a border right of them would part no cell either.
        let got = texts(draw(
            &[20.0, 300.0, 450.0],
            &[
                &["TEST", "RESULT", "REFERENCE RANGE"],
                &["Sodium", "140", "1-2"],
                &["Potassium", "4.0", "3-5"],
                &["a note with wordsoftheverylongest kindthatstandsright belowthetableanddoesnotend before", "", ""],
            ],
        ));
        assert_eq!(got[0][0], ["Sodium", "140", "1-2"]);
    }

    #[test]
    fn wrapped_cells_are_joined() {
        let mut reading = draw(&[20.0, 300.0], &[&["TEST", "RESULT"], &["Culture", "no growth"], &["Sodium", "140"]]);
        reading.words.push(word("after", 300.0, 104.0));
        reading.words.push(word("48h", 360.0, 104.0));
        for w in &mut reading.words {
            if w.text == "Sodium" || w.text == "140" {
                w.rect.y += 30.0;
            }
        }
        assert_eq!(texts(reading), [[["Culture", "no growth after 48h"], ["Sodium", "140"]]]);
    }

    #[test]
    fn vertical_rules_part_columns_that_stand_close() {
        let mut reading = draw(&[20.0, 140.0], &[&["TEST", "RESULT"], &["Cholesterol", "140"]]);
        reading.rulings = vec![down(134.0, 20.0, 200.0), across(10.0, 300.0, 20.0)];
        assert_eq!(texts(reading), [[["Cholesterol", "140"]]]);
    }

    #[test]
    fn stacked_heads_and_tables_side_by_side() {
        let mut reading = draw(&[20.0, 200.0, 320.0], &[&["TEST", "RESULT", "REFERENCE"], &["", "", ""], &["Sodium", "140", "136-145"]]);
        reading.words.push(word("RANGE", 330.0, 64.0));
        assert_eq!(texts(reading), [[["Sodium", "140", "136-145"]]]);
        let got =
            texts(draw(&[20.0, 200.0, 500.0, 700.0], &[&["TEST", "RESULT", "TEST", "RESULT"], &["Sodium", "140", "Potassium", "4.0"]]));
        assert_eq!(got, [[["Sodium", "140"]], [["Potassium", "4.0"]]]);
    }

    #[test]
    fn a_page_without_a_head_continues_the_table() {
        let first = analyse(draw(&[20.0, 300.0, 450.0], &[&["TEST", "RESULT", "UNITS"], &["Sodium", "140", "mmol/L"]]));
        let second = analyse(draw(&[20.0, 300.0, 450.0], &[&["Page 2 of 2", "", ""], &["Potassium", "4.0", "mmol/L"]]));
        let names = names();
        let spec = TableSpec { names: &names, key: Role::Test, any_of: &[Role::Result] };
        let tables = find(&first, &spec, &|_| false);
        let more = continuation(&second, &tables[0], Role::Test, 3, &|_| false).unwrap();
        assert_eq!(more.rows.len(), 1);
        assert_eq!(second.text_of(more.cell(&more.rows[0], Role::Result)), "4.0");
    }
}
