//! The walk from cell to cell, with the names that are there.

use std::collections::{BTreeMap, BTreeSet};

use pysource::{Act, Chance, Event};
use records::CrashCell;

use crate::code::{self, Code, binds, is_built_in, is_of_python_2};
use crate::files::Files;
use crate::modules::module_of_alias;
use crate::unseen::{Unseen, has_shell, reaches_for_names};
use crate::{Rule, Surroundings};

/// A cell that will fail.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Place among the code cells, from 0.
    pub at: usize,
    /// The rule.
    pub rule: Rule,
    /// Probability that it fails there, 0 to 1.
    pub score: f64,
    /// The name, module or file that is missing; `""` when the cell does not parse.
    pub name: String,
    /// Line in the cell, from 1; 0 when not known.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// One sentence.
    pub message: String,
}

/// How sure a failure is, by how sure it is that its code runs.
fn score(chance: Chance) -> f64 {
    match chance {
        Chance::Sure => 0.95,
        Chance::Likely => 0.85,
        Chance::Maybe => 0.4,
    }
}

/// The walk.
struct Walk<'a, S> {
    code: &'a [Code<'a>],
    surroundings: &'a S,
    files: Files<'a, S>,
    /// Names that are there, or may be.
    there: BTreeSet<String>,
    /// Names that are not there because a cell failed before it bound them: which cell.
    lost: BTreeMap<String, u32>,
    /// Whether names may be there that nobody can see.
    unknown: bool,
    /// Whether annotations are never looked at.
    lazy_annotations: bool,
    /// Whether the notebook speaks to IPython's shell.
    has_shell: bool,
    /// What functions of the notebook read when they are called.
    reads: BTreeMap<String, Reads>,
    /// By name, which functions found it there: they look for it again when it is deleted, and not before.
    found: BTreeMap<String, Vec<(String, usize)>>,
    /// By name, the cells that bind it at their top, in order.
    bound: BTreeMap<&'a str, Vec<usize>>,
    failures: Vec<Failure>,
    /// What was told: cell, rule and name.
    told: BTreeSet<(usize, Rule, String)>,
}

/// What a function reads: each name once, in order.
#[derive(Clone, Default)]
struct Reads {
    order: Vec<(String, Chance)>,
    known: BTreeSet<String>,
    /// Places in `order` of those that were not there when the function was called last.
    missing: BTreeSet<usize>,
}

/// Of what a function reads that is not there, a call looks at no more: the rest is as unsure.
const MAX_MISSING: usize = 20;

/// The cells of a notebook that will fail, in their order; `lazy_annotations`: in a Python that never looks at
/// annotations unasked (3.14).
pub fn failures(
    cells: &[CrashCell],
    surroundings: &impl Surroundings,
    lazy_annotations: bool,
) -> Vec<Failure> {
    let code = code::read(cells);
    let mut walk = Walk {
        code: &code,
        surroundings,
        files: Files::beside(surroundings, &code),
        there: BTreeSet::new(),
        lost: BTreeMap::new(),
        unknown: false,
        lazy_annotations,
        has_shell: cells.iter().any(|cell| has_shell(&cell.source)),
        reads: BTreeMap::new(),
        found: BTreeMap::new(),
        bound: bound(&code),
        failures: Vec::new(),
        told: BTreeSet::new(),
    };
    for at in 0..code.len() {
        walk.cell(at);
    }
    walk.failures
}

fn bound<'a>(code: &'a [Code<'a>]) -> BTreeMap<&'a str, Vec<usize>> {
    let mut bound: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, code) in code.iter().enumerate() {
        for event in code.events.iter().filter(|event| binds(event) && event.within.is_empty()) {
            let cells = bound.entry(event.name.as_str()).or_default();
            if cells.last() != Some(&at) {
                cells.push(at);
            }
        }
    }
    bound
}

impl<S: Surroundings> Walk<'_, S> {
    fn cell(&mut self, at: usize) {
        let code = &self.code[at];
        if let Some(fault) = &code.fault {
            let message = format!("the cell is no Python 3: {}", fault.message);
            self.fail(at, Rule::DoesNotParse, 0.95, ("", fault.line, 1), message);
            return self.lose(at, 0);
        }
        for escape in &code.escapes {
            let unseen = Unseen::of_escape(code, escape);
            self.unknown |= unseen.any_name;
            self.there.extend(unseen.names);
        }
        self.unknown |= code.binds_unknown() || reaches_for_names(&code.cell.source);
        for (index, event) in code.events.iter().enumerate() {
            if !event.within.is_empty() {
                self.in_function(event);
                continue;
            }
            if event.act == Act::Define {
                self.forget(&code.events[..index], event);
            }
            if self.event(at, event) {
                return self.lose(at, index);
            }
        }
    }

    /// Takes one event; whether it ends the cell.
    fn event(&mut self, at: usize, event: &Event) -> bool {
        match &event.act {
            Act::Read => self.read(at, event),
            Act::ReadToAnnotate => !self.lazy_annotations && self.read(at, event),
            Act::ReadToCall => self.read(at, event) || self.call(at, event),
            Act::Delete => {
                if event.chance == Chance::Sure {
                    self.delete(&event.name);
                }
                false
            }
            Act::ImportAll => {
                self.unknown = true;
                false
            }
            Act::Need => self.need(at, event),
            Act::Call(first, second) => {
                let unseen =
                    Unseen::of_call(&event.name, first.as_deref(), second.as_deref(), self.has_shell);
                self.unknown |= unseen.any_name;
                self.there.extend(unseen.names);
                let Some(path) = self.files.missing(&event.name, first.as_deref(), second.as_deref()) else {
                    return false;
                };
                let message = format!("there is no file `{path}` beside the notebook");
                let place = (path.as_str(), event.line, event.column);
                self.fail(at, Rule::MissingFile, score(event.chance).min(0.9), place, message)
            }
            _ => {
                self.lazy_annotations |=
                    matches!(&event.act, Act::Import(whole) if whole == "__future__.annotations");
                if event.act != Act::Define {
                    self.reads.remove(&event.name);
                }
                self.there.insert(event.name.clone());
                self.lost.remove(&event.name);
                false
            }
        }
    }

    /// A function that is defined anew reads what its new body reads. A class is bound behind its body.
    fn forget(&mut self, before: &[Event], definition: &Event) {
        self.reads.remove(&definition.name);
        let is_own = |event: &&Event| event.within == definition.name && event.line >= definition.line;
        let own = before.len() - before.iter().rev().take_while(is_own).count();
        before[own..].iter().for_each(|event| self.in_function(event));
    }

    /// What a function does with names from outside happens when it is called.
    fn in_function(&mut self, event: &Event) {
        match &event.act {
            Act::Read | Act::ReadToCall => {
                let reads = self.reads.entry(event.within.clone()).or_default();
                if reads.known.insert(event.name.clone()) {
                    reads.missing.insert(reads.order.len());
                    reads.order.push((event.name.clone(), event.chance));
                }
            }
            Act::ImportAll => self.unknown = true,
            // Whether and when it is called nobody knows.
            Act::Call(first, second) => {
                let unseen =
                    Unseen::of_call(&event.name, first.as_deref(), second.as_deref(), self.has_shell);
                self.unknown |= unseen.any_name && event.name != "locals" && event.name != "vars";
                self.there.extend(unseen.names);
            }
            _ if binds(event) => drop(self.there.insert(event.name.clone())),
            _ => {}
        }
    }

    fn delete(&mut self, name: &str) {
        self.there.remove(name);
        for (function, place) in self.found.remove(name).unwrap_or_default() {
            self.reads.entry(function).or_default().missing.insert(place);
        }
    }

    /// A call of a function of the notebook reads what its body reads. Most of that is there, and was at the call before.
    fn call(&mut self, at: usize, event: &Event) -> bool {
        let (mut next, mut missing) = (0, 0);
        while let Some(reads) = self.reads.get_mut(&event.name)
            && let Some(&place) = reads.missing.range(next..).next()
            && missing < MAX_MISSING
        {
            next = place + 1;
            let (name, chance) = reads.order[place].clone();
            if is_built_in(&name) {
                reads.missing.remove(&place);
                continue;
            }
            if self.there.contains(&name) {
                reads.missing.remove(&place);
                self.found.entry(name).or_default().push((event.name.clone(), place));
                continue;
            }
            let inner = Event { name, chance: chance.min(event.chance), ..event.clone() };
            if self.read(at, &inner) {
                return true;
            }
            missing += 1;
        }
        false
    }

    /// Whether reading a name ends the cell.
    fn read(&mut self, at: usize, event: &Event) -> bool {
        let name = event.name.as_str();
        if self.there.contains(name) || is_built_in(name) {
            return false;
        }
        let place = (name, event.line, event.column);
        let sure = score(event.chance);
        if let Some(cell) = self.lost.get(name) {
            let message =
                format!("`{name}` is not there, because cell {cell} will fail before it defines it");
            let sure = if self.unknown { sure * 0.5 } else { sure };
            return self.fail(at, Rule::FollowsFailure, sure, place, message);
        }
        // The cell that defines the name may be this one, further down.
        let below =
            self.bound.get(name).and_then(|cells| cells.get(cells.partition_point(|cell| *cell < at)));
        if let Some(below) = below.map(|cell| &self.code[*cell]) {
            let sure = if self.unknown { sure * 0.7 } else { sure };
            let here = below.cell.cell == self.code[at].cell.cell;
            let place_of = if here {
                "further down in this cell".to_owned()
            } else {
                format!("in cell {}", below.cell.cell)
            };
            let message = format!("`{name}` is used here, but defined only {place_of}");
            return self.fail(at, Rule::UsedBeforeDefined, sure, place, message);
        }
        let sure = if self.unknown { sure * 0.5 } else { sure };
        if let Some(module) = module_of_alias(name) {
            let message = format!("`{name}` is not imported; people import it from {module}");
            return self.fail(at, Rule::MissingImport, sure, place, message);
        }
        let more = if is_of_python_2(name) { ": it is of Python 2" } else { "" };
        self.fail(at, Rule::UndefinedName, sure, place, format!("`{name}` is defined nowhere{more}"))
    }

    /// Whether an import ends the cell.
    fn need(&mut self, at: usize, event: &Event) -> bool {
        let root = event.name.split('.').next().unwrap_or_default().trim().to_owned();
        if root.is_empty()
            || self.surroundings.is_installed(&root) != Some(false)
            || self.files.has_module(&root)
            || self.files.may_install
        {
            return false;
        }
        let message = format!("no module `{root}` is installed, nor lies one beside the notebook");
        self.fail(at, Rule::MissingImport, score(event.chance), (&root, event.line, event.column), message)
    }

    /// Notes a failure; whether it is sure enough to end the cell for what comes behind it.
    fn fail(&mut self, at: usize, rule: Rule, score: f64, place: (&str, u32, u32), message: String) -> bool {
        let (name, line, column) = place;
        let is_end = score >= 0.7;
        // Of what a cell may fail of, what is sure is told; the rest only where nothing is.
        let is_new = self.told.insert((at, rule, name.to_owned()));
        if is_new && !self.code[at].cell.expects_error {
            self.failures.push(Failure { at, rule, score, name: name.to_owned(), line, column, message });
        }
        is_end
    }

    /// A cell ends at this event: what it would bind from there on is not there.
    fn lose(&mut self, at: usize, from: usize) {
        let code = &self.code[at];
        for event in &code.events[from.min(code.events.len())..] {
            if binds(event) && event.within.is_empty() && !self.there.contains(&event.name) {
                self.lost.entry(event.name.clone()).or_insert(code.cell.cell);
            }
            self.unknown |= event.act == Act::ImportAll;
        }
    }
}

#[cfg(test)]
mod tests {
    use records::CrashCell;

    use super::failures;
    use crate::Surroundings;

    /// No folder, and modules if they were named.
    struct Modules<'a>(Option<&'a [&'a str]>);

    impl Surroundings for Modules<'_> {
        fn is_installed(&self, module: &str) -> Option<bool> {
            self.0.map(|names| names.contains(&module))
        }
    }

    /// Failures in short: `CELL:LINE RULE NAME`, those that are sure.
    fn short(sources: &[&str], installed: Option<&[&str]>) -> Vec<String> {
        let cells: Vec<CrashCell> = (1..)
            .zip(sources)
            .map(|(cell, source)| CrashCell { cell, source: (*source).to_owned(), ..CrashCell::default() })
            .collect();
        failures(&cells, &Modules(installed), false)
            .into_iter()
            .filter(|failure| failure.score >= 0.8)
            .map(|failure| {
                format!("{}:{} {} {}", failure.at + 1, failure.line, &failure.rule.code()[3..], failure.name)
            })
            .collect()
    }

    #[test]
    fn names_before_their_cells_and_names_of_nobody() {
        assert_eq!(short(&["a = 1\nprint(a, b)", "b = 2", "b\nc"], None), ["1:2 001 b", "3:2 002 c"]);
        assert_eq!(
            short(&["x = np.zeros(3)", "import numpy as np", "pd.read_csv"], None),
            ["1:1 001 np", "3:1 003 pd"]
        );
        assert_eq!(short(&["def f():\n    return y", "f()", "y = 1", "f()"], None), ["2:1 001 y"]);
        assert_eq!(short(&["for i in range(3):\n    t += i"], None), ["1:2 001 t"]);
        assert_eq!(short(&["del q"], None), ["1:1 002 q"]);
    }

    /// Each looks for its name in all cells below it, and for itself among all failures.
    #[test]
    fn ten_thousand_cells_that_fail_take_no_more_than_their_number() {
        let sources: Vec<String> = (0..10_000).map(|n| format!("n{n} = n{}", n + 1)).collect();
        let found = short(&sources.iter().map(String::as_str).collect::<Vec<_>>(), None);
        assert_eq!(found.len(), 10_000);
        assert_eq!((&*found[0], &*found[9_999]), ("1:1 001 n1", "10000:1 002 n10000"));
    }

    /// Each call looked for each name that the function reads.
    #[test]
    fn many_calls_of_a_function_that_reads_much_take_no_more_than_their_number() {
        let n = 10_000;
        let names = |sign: &str| (0..n).map(|n| format!("n{n}")).collect::<Vec<_>>().join(sign);
        let function = format!("def f():\n    return {}", names(", "));
        let (bound, calls) = (names(" = ") + " = 1", vec!["f()"; n].join("\n"));
        assert_eq!(short(&[&function, &bound, &calls], None), Vec::<String>::new());
        assert_eq!(short(&[&function, &bound, "f(); del n7", &calls], None), ["4:1 002 n7"]);
    }

    #[test]
    fn what_is_there_is_believed() {
        let none: [&str; 0] = [];
        assert_eq!(short(&["from m import *\nx\ny()"], None), none);
        assert_eq!(short(&["%run a.py", "x"], None), none);
        assert_eq!(
            short(&["if a_flag():\n    x = 1\nexec('a_flag = 1')", "x"], None),
            ["1:1 002 a_flag", "2:1 006 x"]
        );
        assert_eq!(short(&["try:\n    x\nexcept NameError:\n    x = 1", "x"], None), none);
        assert_eq!(short(&["%%capture out\nprint(1)", "out.show()", "_", "In[1]\n__name__"], None), none);
        assert_eq!(short(&["def g():\n    global z\n    z = 1\ng()\nz"], None), none);
        assert_eq!(short(&["if unlikely:\n    missing"], None), ["1:1 002 unlikely"]);
    }

    #[test]
    fn annotations_that_nobody_looks_at_miss_nothing() {
        let none: [&str; 0] = [];
        assert_eq!(short(&["from __future__ import annotations", "def f(x: A) -> B: return x"], None), none);
        assert_eq!(short(&["from __future__ import annotations\ndef f(x: A.b[C]): pass\nf()"], None), none);
        assert_eq!(short(&["def f(x: A): return x"], None), ["1:1 002 A"]);
        let cells = [CrashCell { cell: 1, source: "def f(x: A): pass".to_owned(), ..CrashCell::default() }];
        assert_eq!(failures(&cells, &Modules(None), true), []);
    }

    #[test]
    fn names_that_are_read_later_than_they_stand_are_not_missed() {
        let none: [&str; 0] = [];
        assert_eq!(short(&["g = (k * i for i in [1])", "k = 2", "list(g)"], None), none);
        assert_eq!(short(&["def g():\n    yield k\nh = g()", "k = 2", "list(h)"], None), none);
        assert_eq!(short(&["async def g():\n    return k\nh = g()", "k = 2", "await h"], None), none);
        assert_eq!(
            short(&["def f(a=0):\n    if not a:\n        return\n    return k\nf()", "k = 2"], None),
            none
        );
        assert_eq!(short(&["def f(): return k", "def f(): return 1", "f()"], None), none);
        assert_eq!(short(&["class C:\n    def __init__(self): self.k = k", "C()"], None), ["2:1 002 k"]);
        assert_eq!(
            short(
                &["type A[T] = list[T]\ndef f[T](x: A[T]) -> T:\n    y: T = x\n    return T\nf(1)\nA"],
                None
            ),
            none
        );
        assert_eq!(short(&["from contextlib import suppress\nwith suppress(NameError):\n    k"], None), none);
    }

    #[test]
    fn magics_and_shells_that_bind_unseen_are_believed() {
        for makes in [
            "%%bash --out k\nls",
            "%%script --out=k bash\nls",
            "%%pyspark\nk = 1",
            "%%cell_magic_of_mine\nk = 1",
            "%store -r k",
            "%aimport k",
            "%load_ext kedro.ipython",
            "k2 = %sql select 1",
            "get_ipython().run_cell_magic('time', '', 'k = 1')",
            "ip = get_ipython()\nip.push({'k': 1})",
            "get_ipython().user_ns['k'] = 1",
            "import __main__\n__main__.k = 1",
            "import builtins\nbuiltins.k = 1",
            "def load():\n    exec('k = 1', globals())\nload()",
            "%%js\nIPython.notebook.kernel.execute('k = 1')",
        ] {
            assert_eq!(short(&[makes, "k"], None), Vec::<String>::new(), "{makes}");
        }
        for makes_none in [
            "%%python\nk = 1",
            "%matplotlib inline",
            "%load_ext autoreload\n%autoreload 2",
            "!k=1",
            "%%html\n<k>",
        ] {
            assert_eq!(short(&[makes_none, "k"], None), ["2:1 002 k"], "{makes_none}");
        }
    }

    #[test]
    fn failures_take_others_along() {
        let cells =
            ["import nosuch\nimport numpy as np", "x = np.zeros(3)", "x.sum()", "print 'a'\nk = 1", "k"];
        assert_eq!(
            short(&cells, Some(&["numpy"])),
            ["1:1 003 nosuch", "2:1 006 np", "3:1 006 x", "4:1 005 ", "5:1 006 k"]
        );
        assert_eq!(short(&["!pip install nosuch", "import nosuch"], Some(&[])), Vec::<String>::new());
    }
}
