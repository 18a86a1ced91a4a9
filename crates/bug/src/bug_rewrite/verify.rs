//! The proof that every candidate can be made and taken back, and that the result parses.

use filter::{Emit, escape};
use pysource::parses;
use records::{BugClass, Candidate, Function, Random};

use super::file::File;
use super::{Args, rewritten};
use crate::code::Code;
use crate::rewrite::repaired;
use crate::unit::{Fragment, dialect};

/// Of so many candidates one has its whole file parsed.
const ONE_IN: u64 = 100;

/// Verifies every candidate of a function; says which fails.
pub fn verify(function: &Function, args: &Args, emit: &mut Emit) -> bool {
    let fragment = Fragment::new(&function.text);
    let Ok((code, _)) = fragment.of_function(function) else {
        emit.warn(format!("{}: {}: the function does not parse", function.path, function.name));
        return false;
    };
    let proof = Proof { function, fragment: &fragment, code: &code };
    let mut random = Random::keyed(args.common.seed, "bug-rewrite verify", &function.id);
    let mut file = None;
    let mut sound = [0; BugClass::ALL.len()];
    let mut n_files = 0;
    for (at, candidate) in (0..).zip(&function.candidates) {
        let is_drawn = random.below(ONE_IN) == 0;
        let result = proof.candidate(at, emit).and_then(|text| {
            if !is_drawn {
                return Ok(());
            }
            n_files += 1;
            proof.whole_file(
                &text,
                file.get_or_insert_with(|| {
                    let Function { root, path, .. } = function;
                    let file = File::read(args.root.as_deref(), root, path, args.common.max_record_bytes);
                    file.map_err(|fault| fault.detail)
                }),
            )
        });
        match result {
            Ok(()) => sound[candidate.class as usize] += 1,
            Err(fault) => emit.warn(proof.said(candidate, &fault)),
        }
    }
    emit.count("files_parsed", n_files);
    let n_sound: u64 = sound.iter().sum();
    for (class, n) in BugClass::ALL.iter().zip(sound) {
        emit.count(class.as_str(), n);
    }
    let n_failed = function.candidates.len() as u64 - n_sound;
    emit.count("failed", n_failed);
    n_failed == 0
}

struct Proof<'p> {
    function: &'p Function,
    fragment: &'p Fragment,
    code: &'p Code<'p>,
}

impl Proof<'_> {
    /// Makes a candidate, takes it back, and parses the function; the changed text, or what is wrong.
    fn candidate(&self, at: i64, emit: &mut Emit) -> Result<String, String> {
        let function = self.function;
        let made = rewritten(function, self.fragment, self.code, at, emit);
        let made = made.ok_or_else(|| "its place is not there".to_owned())?;
        let back = repaired(&made.text, function.line, &made.repair);
        if back.as_ref() != Ok(&function.text) {
            return Err("taken back it is another text".to_owned());
        }
        let fragment = Fragment::new(&made.text);
        parses(fragment.source(), dialect(&function.language)).map_err(|error| error.to_string())?;
        Ok(made.text)
    }

    /// Parses the file with the changed function in it.
    fn whole_file(&self, changed: &str, file: &Result<File, String>) -> Result<(), String> {
        let file = file.as_ref().map_err(Clone::clone)?;
        let place = file.place(self.function.line, &self.function.text);
        let place = place.ok_or_else(|| "its file has another text there".to_owned())?;
        let text = file.with(place, changed);
        parses(&text, dialect(&self.function.language)).map_err(|error| format!("the file: {error}"))
    }

    fn said(&self, candidate: &Candidate, fault: &str) -> String {
        let [line, column, ..] = candidate.at;
        let Function { path, .. } = self.function;
        let (class, text) = (candidate.class.as_str(), escape(&candidate.text));
        format!("{path}: line {line}, column {column}: {class} `{text}`: {fault}")
    }
}
