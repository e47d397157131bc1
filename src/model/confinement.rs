//! What the kernel was found to withhold from the processes that decode files from outside.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How decoding processes are confined, as such a process itself found out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// Whether it was asked for; without, only the limits on memory, time and files hold.
    pub wanted: bool,
    /// Version of Landlock's interface that is in force: 1 closes the file system, 4 TCP too, 6 foreign processes' signals and abstract
    /// sockets. 0 where the kernel has none.
    pub landlock: u8,
    /// Whether system calls are filtered (seccomp): no files, sockets or programs can be opened at all.
    pub filter: bool,
}

impl Confinement {
    /// Whether both locks hold: files are closed by Landlock, files, network and programs by the filter.
    pub fn is_whole(self) -> bool {
        self.landlock >= 1 && self.filter
    }

    /// What the kernel lacks, in words; empty if nothing.
    pub fn missing(self) -> Vec<&'static str> {
        let mut missing = Vec::new();
        if self.landlock == 0 {
            missing.push("Landlock (Linux 5.13 or newer, with `landlock` among its security modules)");
        }
        if !self.filter {
            missing.push("a filter of system calls (seccomp)");
        }
        missing
    }
}

/// One line for people.
impl fmt::Display for Confinement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.wanted {
            return f.write_str("off: files are decoded under limits of memory and time alone");
        }
        if self.is_whole() {
            return write!(f, "files are decoded without file system and network (Landlock {}, system calls filtered)", self.landlock);
        }
        write!(f, "INCOMPLETE, this kernel lacks {}", self.missing().join(" and "))?;
        match (self.landlock, self.filter) {
            (_, true) => f.write_str("; the filter alone holds"),
            (1.., false) => f.write_str("; Landlock alone holds, which leaves connections other than TCP open"),
            (0, false) => f.write_str("; files are decoded under limits of memory and time alone"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_said() {
        let table = [
            (7, true, true, "(Landlock 7, system calls filtered)"),
            (0, true, false, "INCOMPLETE, this kernel lacks Landlock"),
            (3, false, false, "lacks a filter of system calls (seccomp); Landlock alone holds"),
            (0, false, false, "and a filter of system calls (seccomp); files are decoded under limits"),
        ];
        for (landlock, filter, whole, said) in table {
            let confinement = Confinement { wanted: true, landlock, filter };
            assert_eq!((confinement.is_whole(), confinement.missing().is_empty()), (whole, whole));
            assert!(confinement.to_string().contains(said), "{confinement}");
        }
        assert!(Confinement::default().to_string().starts_with("off"));
    }
}
