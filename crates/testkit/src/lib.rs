//! Development only: private folders, a command wrapper, and the process tests that every filter
//! must pass ([`process_tests!`]).

mod command;
mod conformance;
mod folder;
mod kept;
mod samples;
mod synthetic;

pub use command::{Command, Finished};
pub use conformance::{CHECKS, Check, Program};
pub use folder::Folder;
pub use kept::same_records;
pub use samples::{fixtures, sample};
pub use synthetic::{examples, lines};

/// Generates one test for each of [`CHECKS`], run on the program that the expression gives.
///
/// ```ignore
/// testkit::process_tests!(testkit::Program::new(env!("CARGO_BIN_EXE_nb2py"), "source"));
/// ```
#[macro_export]
macro_rules! process_tests {
    ($program:expr) => {
        $crate::process_tests!(@each $program;
            empty_input one_record too_long_a_record malformed_line invalid_utf8 closed_pipe
            unknown_fields same_bytes_for_any_jobs);
    };
    (@each $program:expr; $($check:ident)*) => {
        $(
            #[test]
            fn $check() {
                let check = $crate::CHECKS.iter().find(|check| check.name == stringify!($check));
                let check = check.expect("the macro and the list name the same checks");
                if let Err(trouble) = (check.run)(&$program) {
                    panic!("{trouble}");
                }
            }
        )*
    };
}
