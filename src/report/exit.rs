//! Exit codes: part of the interface, so they are named here, documented in the README, and never change their meaning.

use serde::Serialize;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exit {
    /// 0: all is done.
    Done,
    /// 1: an internal fault, or the engine does not start.
    Fatal,
    /// 2: wrong use of the command line, the settings, or folders that do not fit together.
    Usage,
    /// 3: finished, and a person has something to see to: pages or files that could not be read, documents that could not be exported or that a server did not take, fields that an alarm of their audit holds switched off.
    /// They are listed.
    SomeFailed,
    /// 4: finished, and some pages are not accounted for. A fault of the program: please report it.
    Unaccounted,
    /// 10: there is no archive in that folder.
    NoArchive,
    /// 11: another process is writing to the archive.
    Locked,
    /// 12: the archive is damaged, or was written by a newer program.
    Damaged,
    /// 13: the archive cannot be written: permissions, full disk.
    NotWritable,
    /// 14: the server that is to take the resources cannot be reached, or does not let us in.
    Server,
    /// 130: stopped by a signal; run again to go on.
    Interrupted,
}

impl Exit {
    /// Every way to end, in the order of the documentation.
    pub const ALL: [Exit; 11] = [
        Self::Done,
        Self::Fatal,
        Self::Usage,
        Self::SomeFailed,
        Self::Unaccounted,
        Self::NoArchive,
        Self::Locked,
        Self::Damaged,
        Self::NotWritable,
        Self::Server,
        Self::Interrupted,
    ];

    /// The process's exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Fatal => 1,
            Self::Usage => 2,
            Self::SomeFailed => 3,
            Self::Unaccounted => 4,
            Self::NoArchive => 10,
            Self::Locked => 11,
            Self::Damaged => 12,
            Self::NotWritable => 13,
            Self::Server => 14,
            Self::Interrupted => 130,
        }
    }

    /// One phrase for tables.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "all is done",
            Self::Fatal => "an internal fault, or the engine does not start",
            Self::Usage => "wrong use, wrong settings, or folders that do not fit together",
            Self::SomeFailed => "finished; not all could be read, exported or sent, or an audit switched fields off: all listed",
            Self::Unaccounted => "finished; some pages are not accounted for (a fault of the program)",
            Self::NoArchive => "there is no archive in that folder",
            Self::Locked => "another process is writing to the archive",
            Self::Damaged => "the archive is damaged, or was written by a newer program",
            Self::NotWritable => "the archive cannot be written: permissions, full disk",
            Self::Server => "the server cannot be reached or does not let us in; push again to go on",
            Self::Interrupted => "stopped by a signal; run again to go on",
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_that_were_published() {
        assert_eq!(Exit::ALL.map(Exit::code), [0, 1, 2, 3, 4, 10, 11, 12, 13, 14, 130]);
    }
}
