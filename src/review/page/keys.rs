//! The keys of the page: what they do, which ones there are, and what an account made of them.
//!
//! What is stored and sent are names of two closed sets; nothing that somebody typed ever reaches the page as a key.

use std::collections::BTreeMap;

macro_rules! commands {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $key:literal, $words:literal;)+) => {
        /// What a key does in the field view.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Command {
            $($(#[$doc])* $variant,)+
        }

        impl Command {
            /// Every command, in the order of the help.
            pub const ALL: &[Command] = &[$(Command::$variant,)+];

            /// Its name in settings.
            pub fn as_str(self) -> &'static str {
                match self { $(Command::$variant => $name,)+ }
            }

            /// Reads a name.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($name => Some(Command::$variant),)+ _ => None }
            }

            /// The key that it has until an account says otherwise.
            pub fn default_key(self) -> &'static str {
                match self { $(Command::$variant => $key,)+ }
            }

            /// What it does, in words.
            pub fn words(self) -> &'static str {
                match self { $(Command::$variant => $words,)+ }
            }
        }
    };
}

commands! {
    /// Takes what stands in the box.
    Accept = "accept", "Enter", "Accept what stands in the box and go on";
    /// Takes another reading.
    Alternative = "alternative", "Alt+1–9", "Take reading 1 to 9 and go on";
    /// Puts off.
    Postpone = "postpone", "Ctrl+Enter", "Put off: it comes back in half an hour";
    /// Shows the page.
    Page = "page", "F2", "Show the whole page (hold the key for a glance)";
    /// Nobody can read it.
    Illegible = "illegible", "F3", "Illegible: something stands there that nobody can read";
    /// Nothing is written.
    Blank = "blank", "F4", "Empty on the paper";
    /// The crop is wrong.
    Elsewhere = "elsewhere", "F6", "Not here: mark the right place and read it again";
    /// The document is wrong.
    WrongDocument = "wrong-document", "F7", "Wrong patient or wrong document: give the document to the lead";
    /// A remark.
    Note = "note", "F8", "Note to the lead";
    /// The paper has no such value.
    Absent = "absent", "F9", "The paper does not have this value";
    /// Repeats.
    Same = "same", "Ctrl+D", "Same value as in the item of this field before";
    /// Takes back.
    Undo = "undo", "Ctrl+Z", "Take the last answer back (while the box is untouched; else undo typing)";
    /// Takes back.
    Back = "back", "PageUp", "Take the last answer back and return to it";
    /// The document view.
    Document = "document", "Ctrl+O", "Open the document with all its values";
    /// This list.
    Help = "help", "F1", "Show the keys";
}

/// The keys that a command may have. No letter without Ctrl: letters are text. Left out is what browsers keep to themselves (Ctrl+N, T, W, Q),
/// what people need in a box (Ctrl+A, C, V, X), and F5, F11, F12.
pub const KEYS: &[&str] = &[
    "Enter",
    "Ctrl+Enter",
    "Shift+Enter",
    "Alt+Enter",
    "PageUp",
    "PageDown",
    "Ctrl+PageUp",
    "Ctrl+PageDown",
    "Insert",
    "F1",
    "F2",
    "F3",
    "F4",
    "F6",
    "F7",
    "F8",
    "F9",
    "F10",
    "Shift+F1",
    "Shift+F2",
    "Shift+F3",
    "Shift+F4",
    "Shift+F6",
    "Shift+F7",
    "Shift+F8",
    "Shift+F9",
    "Ctrl+B",
    "Ctrl+D",
    "Ctrl+E",
    "Ctrl+G",
    "Ctrl+I",
    "Ctrl+K",
    "Ctrl+L",
    "Ctrl+M",
    "Ctrl+O",
    "Ctrl+S",
    "Ctrl+U",
    "Ctrl+Y",
    "Ctrl+Z",
];

/// What [`Command::Alternative`] may have: a modifier with the digits.
pub const DIGITS: &[&str] = &["Alt+1–9", "Ctrl+1–9"];

/// An account's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys(BTreeMap<Command, &'static str>);

impl Default for Keys {
    fn default() -> Self {
        Self(Command::ALL.iter().map(|&command| (command, command.default_key())).collect())
    }
}

impl Keys {
    /// The key of a command.
    pub fn of(&self, command: Command) -> &'static str {
        self.0.get(&command).copied().unwrap_or_else(|| command.default_key())
    }

    /// The keys that a command may have.
    pub fn choices(command: Command) -> &'static [&'static str] {
        if command == Command::Alternative { DIGITS } else { KEYS }
    }

    /// Reads pairs of command and key; commands that are not named keep their own. Says what cannot be.
    pub fn from_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, String> {
        let mut keys = Self::default();
        for (name, key) in pairs {
            let command = Command::parse(name).ok_or("there is no such command")?;
            let key = Self::choices(command).iter().find(|known| **known == key);
            let key = key.ok_or_else(|| format!("`{name}` cannot have that key; choose one of the list"))?;
            keys.0.insert(command, key);
        }
        let mut taken = BTreeMap::new();
        for (&command, &key) in &keys.0 {
            if let Some(other) = taken.insert(key, command) {
                return Err(format!("{key} cannot stand for both `{}` and `{}`", Command::as_str(other), command.as_str()));
            }
        }
        Ok(keys)
    }

    /// Reads what [`Keys::to_json`] wrote, or the page sent.
    pub fn from_json(value: &serde_json::Value) -> Result<Self, String> {
        let pairs = value.as_object().ok_or("keys are an object of commands and keys")?;
        let pairs = pairs.iter().map(|(name, key)| Some((name.as_str(), key.as_str()?))).collect::<Option<Vec<_>>>();
        Self::from_pairs(pairs.ok_or("a key is a name in the list")?)
    }

    /// What is stored: the keys that differ from the usual ones.
    pub fn to_json(&self) -> String {
        let own: BTreeMap<&str, &str> =
            self.0.iter().filter(|(command, key)| command.default_key() != **key).map(|(command, key)| (command.as_str(), *key)).collect();
        serde_json::to_string(&own).unwrap_or_else(|_| "{}".to_owned())
    }

    /// What the script is told: every key with its command.
    pub(super) fn for_script(&self) -> String {
        let all: BTreeMap<&str, &str> = self.0.iter().map(|(command, key)| (*key, command.as_str())).collect();
        serde_json::to_string(&all).unwrap_or_else(|_| "{}".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_keys_are_among_those_there_are_and_stand_for_one_command_each() {
        for &command in Command::ALL {
            assert_eq!(Command::parse(command.as_str()), Some(command));
            assert!(Keys::choices(command).contains(&command.default_key()), "{command:?}");
        }
        assert_eq!(Keys::from_pairs([]), Ok(Keys::default()));
        assert_eq!(Keys::default().to_json(), "{}");
    }

    #[test]
    fn own_keys_survive_the_round_trip() {
        let keys = Keys::from_pairs([("illegible", "F10"), ("alternative", "Ctrl+1–9")]).unwrap();
        assert_eq!(keys.to_json(), r#"{"alternative":"Ctrl+1–9","illegible":"F10"}"#);
        assert_eq!(Keys::from_json(&serde_json::from_str(&keys.to_json()).unwrap()), Ok(keys));
    }

    #[test]
    fn what_is_not_in_the_lists_is_refused() {
        for odd in [
            r#"{"accept":"a"}"#,
            r#"{"accept":"<img src=x onerror=alert(1)>"}"#,
            r#"{"<script>":"Enter"}"#,
            r#"{"accept":"F2"}"#,
            r#"{"accept":"Alt+1–9"}"#,
            r#"{"accept":7}"#,
            "[]",
            "null",
        ] {
            let said = Keys::from_json(&serde_json::from_str(odd).unwrap()).unwrap_err();
            assert!(!said.contains('<'), "{said}");
        }
    }
}
