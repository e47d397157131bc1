//! What is served of the script: without the comments and the spaces that only people need.

/// Takes comment lines, indentation and needless spaces out of a script. Understands what `station.js` keeps to: strings in double quotes
/// alone, comments on lines of their own, no regular expression that holds a space or a quote.
pub(super) fn squeeze(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    for line in source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")) {
        if !out.is_empty() && !ends_open(&out) && !line.starts_with(['}', ')', ']', '.', '?', ':']) {
            out.push('\n');
        }
        let mut quoted = false;
        let mut letters = line.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '\\' if quoted => {
                    out.push(letter);
                    out.extend(letters.next());
                }
                '"' => {
                    quoted = !quoted;
                    out.push(letter);
                }
                ' ' if !quoted && !parts(out.chars().next_back(), letters.peek().copied()) => {}
                other => out.push(other),
            }
        }
    }
    out
}

/// Whether nothing can end a statement here, so that the line's end means nothing.
fn ends_open(out: &str) -> bool {
    out.ends_with(['{', '(', '[', ',', ';', '?', ':']) || out.ends_with("=>")
}

/// Whether a space between these is more than a space.
fn parts(before: Option<char>, after: Option<char>) -> bool {
    let word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
    match (before, after) {
        (Some(before), Some(after)) => word(before) && word(after) || before == after && matches!(before, '+' | '-'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(script: &str) -> Vec<String> {
        let mut found = Vec::new();
        for line in script.lines().filter(|line| !line.trim_start().starts_with("//")) {
            found.extend(line.split('"').skip(1).step_by(2).map(str::to_owned));
        }
        found
    }

    #[test]
    fn only_what_means_nothing_is_left_out() {
        assert_eq!(
            squeeze("// a\nconst a = \"b  // c\",\n  d = 1;\n\nlet e = a - -d;\nreturn e"),
            "const a=\"b  // c\",d=1;let e=a- -d;return e"
        );
        assert_eq!(squeeze("if (a) b()\nelse c()\nd = [\n  1,\n]"), "if(a)b()\nelse c()\nd=[1,]");
        let source = include_str!("station.js");
        let small = squeeze(source);
        let bare = |script: &str| -> String {
            let lines = script.lines().filter(|line| !line.trim_start().starts_with("//"));
            lines.flat_map(str::chars).filter(|letter| !letter.is_whitespace()).collect()
        };
        assert_eq!(bare(source), bare(&small));
        assert_eq!(strings(source), strings(&small));
    }

    #[test]
    fn the_script_keeps_to_what_is_understood() {
        for line in include_str!("station.js").lines().filter(|line| !line.trim_start().starts_with("//")) {
            let code: String = line.split('"').step_by(2).collect();
            assert_eq!(line.matches('"').count() % 2, 0, "{line}");
            assert!(!code.contains(['\'', '`', '\t']) && !code.contains("//"), "{line}");
        }
    }
}
