//! Who imports whom inside a crate: no circles between siblings, and nothing but arguments in `cli.rs`.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::{rust_sources, without_tests};

/// A path of names: of a module from its crate's root (the root itself is empty), or of an item.
type Names = Vec<String>;

/// A crate's modules with their texts, and what their parents hand on under names of their own.
struct Modules {
    texts: BTreeMap<Names, String>,
    /// `lib.rs` with `pub use stage::Stage;` gives `["Stage"]` → `["stage", "Stage"]`.
    handed_on: BTreeMap<Names, Names>,
}

impl Modules {
    fn of(folder: &str) -> Self {
        let of_crate = rust_sources().into_iter().filter_map(|(name, text)| {
            let file = name.strip_prefix(folder)?.strip_suffix(".rs")?.to_owned();
            let mut place: Names = file.split('/').map(str::to_owned).collect();
            if file == "lib" || place.last().is_some_and(|last| last == "mod") {
                place.pop();
            }
            let is_apart = file == "main" || file.starts_with("bin/") || file.ends_with("/tests");
            (!is_apart).then(|| (place, without_tests(&text).to_owned()))
        });
        let texts: BTreeMap<Names, String> = of_crate.collect();
        let mut handed_on = BTreeMap::new();
        for (place, text) in &texts {
            for (is_public, path) in declarations(text) {
                let Some(name) = path.last().filter(|_| is_public) else { continue };
                let own = [&place[..], std::slice::from_ref(name)].concat();
                handed_on.insert(own, resolve(place, &path, &texts));
            }
        }
        Self { texts, handed_on }
    }

    /// The module that an item's path leads to, through what parents hand on.
    fn module(&self, path: &[String]) -> Names {
        let mut path = path.to_vec();
        for _ in 0..8 {
            let next = (1..=path.len()).rev().find_map(|end| {
                let target = self.handed_on.get(&path[..end]).filter(|target| target[..] != path[..end])?;
                Some([&target[..], &path[end..]].concat())
            });
            match next {
                Some(next) => path = next,
                None => break,
            }
        }
        while !path.is_empty() && !self.texts.contains_key(&path) {
            path.pop();
        }
        path
    }

    /// For every two siblings of which one uses something of the other's: the user, what it uses.
    fn uses_of_siblings(&self) -> BTreeMap<Names, BTreeSet<Names>> {
        let mut uses: BTreeMap<Names, BTreeSet<Names>> = BTreeMap::new();
        for (place, text) in &self.texts {
            let paths = declarations(text).into_iter().map(|(_, path)| path).chain(mentions(text));
            for path in paths {
                let target = self.module(&resolve(place, &path, &self.texts));
                let common = place.iter().zip(&target).take_while(|(one, other)| one == other).count();
                // A parent and its child are no siblings.
                if common < place.len() && common < target.len() {
                    uses.entry(place[..=common].to_vec()).or_default().insert(target[..=common].to_vec());
                }
            }
        }
        uses
    }
}

/// The `use` declarations of a formatted text, a path for each name; whether they hand it on.
fn declarations(text: &str) -> Vec<(bool, Names)> {
    let mut found = Vec::new();
    let mut open: Option<(bool, String)> = None;
    for line in text.lines().map(str::trim) {
        if open.is_none() {
            let (public, rest) = match line.strip_prefix("pub") {
                Some(rest) => (true, rest.split_once(' ').map_or("", |(_, rest)| rest)),
                None => (false, line),
            };
            open = rest.strip_prefix("use ").map(|tree| (public, tree.to_owned()));
        } else if let Some((_, tree)) = &mut open {
            tree.push_str(line);
        }
        if let Some((public, tree)) = open.take_if(|(_, tree)| tree.ends_with(';')) {
            let mut paths = Vec::new();
            expand(tree.trim_end_matches(';'), &[], &mut paths);
            found.extend(paths.into_iter().map(|path| (public, path)));
        }
    }
    found
}

/// Takes a tree of names apart: `a::{b, c::d}` is `a::b` and `a::c::d`.
fn expand(tree: &str, before: &[String], paths: &mut Vec<Names>) {
    let (head, inner) = match tree.split_once('{') {
        Some((head, rest)) => (head, rest.rsplit_once('}').map(|(inner, _)| inner)),
        None => (tree, None),
    };
    let names = head.split("::").map(|name| name.split(" as ").next().unwrap_or(name).trim());
    let path =
        [before, &names.filter(|name| !name.is_empty()).map(str::to_owned).collect::<Names>()].concat();
    let Some(inner) = inner else {
        paths.push(path);
        return;
    };
    let mut depth = 0;
    let comma = |letter: char| {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        depth == 0 && letter == ','
    };
    for part in inner.split(comma).filter(|part| !part.trim().is_empty()) {
        expand(part.trim(), &path, paths);
    }
}

/// Paths that stand in the code itself: `crate::stage::say(…)`.
fn mentions(text: &str) -> Vec<Names> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let mut found = Vec::new();
    for line in code {
        for start in ["crate::", "super::"] {
            for (at, _) in line.match_indices(start) {
                let before = line[..at].chars().next_back();
                if before.is_some_and(|letter| letter.is_alphanumeric() || "_:$".contains(letter)) {
                    continue;
                }
                let end =
                    line[at..].find(|letter: char| !(letter.is_alphanumeric() || "_:".contains(letter)));
                let path = &line[at..end.map_or(line.len(), |end| at + end)];
                found.push(path.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect());
            }
        }
    }
    found
}

/// A path as seen from a module, from the root of the crate; what is another crate's leads to the root.
fn resolve(place: &[String], path: &[String], texts: &BTreeMap<Names, String>) -> Names {
    let Some(first) = path.first() else { return Vec::new() };
    match first.as_str() {
        "crate" => path[1..].to_vec(),
        "self" => [place, &path[1..]].concat(),
        "super" => {
            let up = path.iter().take_while(|name| *name == "super").count();
            [&place[..place.len().saturating_sub(up)], &path[up..]].concat()
        }
        _ => {
            let child = [place, std::slice::from_ref(first)].concat();
            if texts.contains_key(&child) { [place, path].concat() } else { Vec::new() }
        }
    }
}

/// The crates' folders of sources.
fn folders() -> BTreeSet<String> {
    let folders = rust_sources().into_iter().filter_map(|(name, _)| {
        let at = name.find("/src/")?;
        Some(name[..at + 5].to_owned())
    });
    folders.collect()
}

/// Modules that need each other are one module, or hide a third.
#[test]
fn no_two_sibling_modules_import_each_other_in_a_circle() {
    let mut circles = Vec::new();
    let mut edges = 0;
    for folder in folders() {
        let uses = Modules::of(&folder).uses_of_siblings();
        edges += uses.values().map(BTreeSet::len).sum::<usize>();
        for start in uses.keys() {
            // The shortest way back to the start, if there is one.
            let mut came: BTreeMap<&Names, &Names> = BTreeMap::new();
            let mut open = std::collections::VecDeque::from([start]);
            while let Some(at) = open.pop_front() {
                for next in uses.get(at).into_iter().flatten() {
                    if !came.contains_key(next) {
                        came.insert(next, at);
                        open.push_back(next);
                    }
                }
            }
            let Some(mut at) = came.get(start).copied() else { continue };
            let mut way = vec![start];
            while at != start {
                way.push(at);
                at = came[at];
            }
            way.reverse();
            // Each circle once: from the first of its modules.
            if way.iter().min() == Some(&start) {
                let names: Vec<String> = way.iter().map(|names| names.join("::")).collect();
                circles.push(format!("{folder}: {} need each other", names.join(", ")));
            }
        }
    }
    assert!(edges > 100, "the modules import each other");
    assert!(circles.is_empty(), "{circles:#?}");
}

/// A type that the work is about would drag the command line behind it into every place that uses it.
#[test]
fn cli_holds_nothing_but_arguments() {
    let mut arguments = 0;
    for (name, text) in rust_sources() {
        if !name.ends_with("/cli.rs") {
            continue;
        }
        let mut derived = "";
        for line in without_tests(&text).lines() {
            if let Some(derives) = line.strip_prefix("#[derive(") {
                derived = derives;
            }
            let is_type = ["struct ", "enum "].iter().any(|kind| {
                let line = line.strip_prefix("pub(crate) ").or(line.strip_prefix("pub ")).unwrap_or(line);
                line.starts_with(kind)
            });
            if is_type {
                // A choice of values belongs to what acts on it.
                let parsed = ["Parser", "Args", "Subcommand"].iter().any(|one| derived.contains(one));
                assert!(parsed, "{name}: `{line}` is no argument");
                arguments += 1;
                derived = "";
            }
        }
    }
    assert!(arguments > 10, "programs have arguments");
}

#[test]
fn declarations_are_taken_apart() {
    let text = "pub(crate) use a::{b, c::{D, E as F}};\nuse super::x;\nuse crate::{\n    G,\n    h::I,\n};\n";
    let paths: Vec<(bool, String)> =
        declarations(text).into_iter().map(|(public, path)| (public, path.join("::"))).collect();
    let expected = [
        (true, "a::b"),
        (true, "a::c::D"),
        (true, "a::c::E"),
        (false, "super::x"),
        (false, "crate::G"),
        (false, "crate::h::I"),
    ];
    assert_eq!(paths, expected.map(|(public, path)| (public, path.to_owned())));
    assert_eq!(mentions("    crate::stage::say(x); // super\n"), [["crate", "stage", "say"]]);
}
