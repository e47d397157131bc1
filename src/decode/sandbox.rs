//! The cage of the processes that parse files from outside: no file system, no network, no other program.
//!
//! Two locks that know nothing of each other. *Landlock* closes the file system, TCP, abstract sockets and other processes' signals,
//! as far as the kernel has them. A *filter of system calls* (seccomp) lets a decoder do what a computation needs (memory, threads of
//! its own, the pipes that it holds) and nothing else. The filter is a list of what is allowed, so that a call which a newer kernel
//! invents is closed from the start.
//!
//! What the filter does not know is answered with `EPERM`: a library that asks for a file in `/proc` or `/sys` gets none and goes on,
//! whatever library it is and whatever comes with its next version. What no decoding ever asks for (a program, a socket, another process's
//! memory, keys, mounts, BPF, io_uring) kills the process at once, and the parent says so: only a file that has taken the decoder over does that.
//!
//! Where the kernel lacks a lock the other still holds, and the child says in its first message what is in force
//! ([`Confinement`](crate::model::Confinement)); `decode.sandbox = "require"` asks for both.

use std::collections::BTreeMap;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, LandlockStatus, RestrictionStatus, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetError, RulesetStatus, Scope, path_beneath_rules,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen::Dword, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
    apply_filter,
};
use serde::{Deserialize, Serialize};

use crate::model::Confinement;

/// Whether the cage is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sandbox {
    /// As much of it as the kernel has; what is missing is reported.
    #[default]
    Auto,
    /// All of it, or the run does not begin.
    Require,
    /// None; for kernels on which it makes trouble.
    Off,
}

/// Closes the file system, the network and nearly all system calls to this thread and those that it starts. To be called before there
/// are others, when all that is needed is open.
pub(super) fn confine_decoder(sandbox: Sandbox) -> Confinement {
    if sandbox == Sandbox::Off {
        return Confinement::default();
    }
    let landlock = version(no_files_no_network());
    // The stricter list last: installing a filter is not among the calls that it allows.
    let filter = install(&old_threads()) && install(&fatal(FATAL.iter().chain(FATAL_PROGRAMS))) && install(&allowed());
    Confinement { wanted: true, landlock, filter }
}

/// Takes from this process what reading pages does not need: writing to any file, TCP, and the calls that only an attacker makes. It
/// must load models and libraries and start decoding processes, so files stay readable and programs can be started.
pub fn confine_reader(sandbox: Sandbox) -> Confinement {
    if sandbox == Sandbox::Off {
        return Confinement::default();
    }
    let landlock = version(no_writing_no_network());
    let filter = install(&fatal(FATAL.iter()));
    Confinement { wanted: true, landlock, filter }
}

fn no_files_no_network() -> Result<RestrictionStatus, RulesetError> {
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V4))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?
        .restrict_self()
}

fn no_writing_no_network() -> Result<RestrictionStatus, RulesetError> {
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_write(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V4))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?
        // Standard streams of the decoding processes are taken from there.
        .add_rules(path_beneath_rules(["/dev/null"], AccessFs::WriteFile))?
        .restrict_self()
}

fn version(status: Result<RestrictionStatus, RulesetError>) -> u8 {
    match status {
        Ok(RestrictionStatus { ruleset: RulesetStatus::NotEnforced, .. }) | Err(_) => 0,
        Ok(RestrictionStatus { landlock: LandlockStatus::Available { effective_abi, .. }, .. }) => effective_abi as u8,
        Ok(_) => 0,
    }
}

/// System calls by number; for each, the conditions under which the rule holds (none: always).
type Rules = BTreeMap<i64, Vec<SeccompRule>>;

struct Program {
    rules: Rules,
    otherwise: SeccompAction,
    then: SeccompAction,
}

fn install(program: &Program) -> bool {
    let Ok(architecture) = TargetArch::try_from(std::env::consts::ARCH) else { return false };
    let filter = SeccompFilter::new(program.rules.clone(), program.otherwise.clone(), program.then.clone(), architecture);
    filter.and_then(BpfProgram::try_from).is_ok_and(|filter| apply_filter(&filter).is_ok())
}

/// What ends the process.
fn fatal<'a>(calls: impl Iterator<Item = &'a i64>) -> Program {
    Program { rules: calls.map(|call| (*call, vec![])).collect(), otherwise: SeccompAction::Allow, then: SeccompAction::KillProcess }
}

/// `clone3` keeps its flags in memory, where a filter cannot look. The C library falls back to `clone` where it does not exist.
fn old_threads() -> Program {
    let rules = [(libc::SYS_clone3, vec![])].into();
    Program { rules, otherwise: SeccompAction::Allow, then: SeccompAction::Errno(libc::ENOSYS as u32) }
}

/// What a decoder may do; all else fails.
fn allowed() -> Program {
    let mut rules: Rules = ALLOWED.iter().map(|call| (*call, vec![])).collect();
    let own = u64::from(std::process::id());
    let executable = libc::PROT_EXEC as u64;
    let thread = libc::CLONE_THREAD as u64;
    for (call, argument, operation, value) in [
        // Memory may not become code.
        (libc::SYS_mmap, 2, SeccompCmpOp::MaskedEq(executable), 0),
        (libc::SYS_mprotect, 2, SeccompCmpOp::MaskedEq(executable), 0),
        // Threads, no processes.
        (libc::SYS_clone, 0, SeccompCmpOp::MaskedEq(thread), thread),
        // Its own limits and its own end alone.
        (libc::SYS_prlimit64, 0, SeccompCmpOp::Eq, 0),
        (libc::SYS_tgkill, 0, SeccompCmpOp::Eq, own),
        // To hear of nothing; descriptors are not copied, locked or handed to signals.
        (libc::SYS_fcntl, 1, SeccompCmpOp::Eq, libc::F_GETFD as u64),
    ] {
        // The conditions are constants: that they are well formed is tested below.
        if let Ok(rule) = SeccompCondition::new(argument, Dword, operation, value).and_then(|condition| SeccompRule::new(vec![condition])) {
            rules.insert(call, vec![rule]);
        }
    }
    Program { rules, otherwise: SeccompAction::Errno(libc::EPERM as u32), then: SeccompAction::Allow }
}

/// Memory, threads, time, signals to oneself, and the pipes that are open. No call here takes a name of a file.
const ALLOWED: &[i64] = &[
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_lseek,
    libc::SYS_close,
    libc::SYS_fstat,
    libc::SYS_ppoll,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_poll,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_brk,
    libc::SYS_futex,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_getrusage,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_gettimeofday,
    libc::SYS_nanosleep,
    libc::SYS_clock_nanosleep,
    libc::SYS_restart_syscall,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_exit,
    libc::SYS_exit_group,
    // Answered by `old_threads`: of two filters the stricter answer holds.
    libc::SYS_clone3,
];

/// What nothing does that turns files into words: network, other processes, keys, mounts, the kernel.
const FATAL: &[i64] = &[
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_setns,
    libc::SYS_unshare,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_open_by_handle_at,
];

/// Starting programs, which decoders do not do either.
const FATAL_PROGRAMS: &[i64] = &[libc::SYS_execve, libc::SYS_execveat];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_are_well_formed_and_do_not_contradict_each_other() {
        let allowed = allowed();
        for call in [libc::SYS_mmap, libc::SYS_mprotect, libc::SYS_clone, libc::SYS_prlimit64, libc::SYS_tgkill, libc::SYS_fcntl] {
            assert_eq!(allowed.rules[&call].len(), 1, "call {call} is allowed under its condition alone");
        }
        assert!(FATAL.iter().chain(FATAL_PROGRAMS).all(|call| !allowed.rules.contains_key(call)));
        let takes_names =
            [libc::SYS_openat, libc::SYS_openat2, libc::SYS_newfstatat, libc::SYS_statx, libc::SYS_unlinkat, libc::SYS_renameat2];
        assert!(takes_names.iter().all(|call| !allowed.rules.contains_key(call)));
        for program in [allowed, old_threads(), fatal(FATAL.iter()), fatal(FATAL.iter().chain(FATAL_PROGRAMS))] {
            for architecture in [TargetArch::x86_64, TargetArch::aarch64] {
                let filter = SeccompFilter::new(program.rules.clone(), program.otherwise.clone(), program.then.clone(), architecture);
                assert!(!BpfProgram::try_from(filter.unwrap()).unwrap().is_empty());
            }
        }
    }
}
