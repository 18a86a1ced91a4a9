//! A program in which every name that it binds is called by its number.

use std::collections::BTreeSet;

use pysource::{Dialect, Kind as Bound, Query, bindings};
use rustc_hash::FxHashMap;

use crate::tokens::{Kind, tokens};

/// The tokens of a program, one a line, the names that it binds as `$0`, `$1`, … in the order of their appearance,
/// strings in one kind of quotes; the depth of each line before it. Names of others (`print`, modules, attributes)
/// stay. A program that does not parse comes back as it is.
pub fn renamed(code: &str) -> String {
    let compiled = BTreeSet::new();
    let kinds = Bound::ALL
        .iter()
        .copied()
        .filter(|kind| !matches!(kind, Bound::Return | Bound::Import | Bound::Attribute | Bound::Subscript))
        .collect();
    let query = Query { kinds, compiled: &compiled, foreign_namespaces: false };
    let Ok(bound) = bindings(code, Dialect::Python, &query) else { return code.to_owned() };
    let own: BTreeSet<&str> = bound.iter().map(|it| it.name.as_str()).collect();
    let mut numbers: FxHashMap<&str, usize> = FxHashMap::default();
    let mut text = String::with_capacity(code.len());
    let lines: Vec<&str> = code.split('\n').collect();
    let mut begins = true;
    let mut before = "";
    for token in tokens(code) {
        // With the comment goes the end of a line that holds nothing else.
        if token.kind == Kind::Comment || (begins && token.kind == Kind::Newline) {
            continue;
        }
        if begins {
            let line = lines.get(token.line as usize - 1).copied().unwrap_or_default();
            text.push_str(&format!("{}:", crate::statements::indentation(line)));
        }
        begins = token.kind == Kind::Newline;
        let is_own = token.kind == Kind::Name && before != "." && own.contains(token.text);
        if is_own {
            let next = numbers.len();
            text.push_str(&format!("${}", numbers.entry(token.text).or_insert(next)));
        } else if token.kind == Kind::Text && !token.text.contains(['\\', '\'']) {
            text.push_str(&token.text.replace('"', "'"));
        } else {
            text.push_str(token.text.trim());
        }
        text.push('\n');
        before = token.text;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::renamed;

    #[test]
    fn names_do_not_matter_and_all_else_does() {
        let code = "import math\ndef area(radius, scale=1):\n    return math.pi * radius ** 2 * scale\nfor r in range(3):\n    print(area(r), \"a\")\n";
        let same = "import math  # of circles\n\ndef flaeche( x, m = 1 ):\n    return math.pi * x**2 * m\nfor i in range(3):\n    print(flaeche(i), 'a')\n";
        assert_eq!(renamed(code), renamed(same));
        let commented = "# by nobody\nimport math\n    # in a row of its own\ndef area(radius, scale=1):\n# there too\n    return math.pi * radius ** 2 * scale\nfor r in range(3):\n    print(area(r), \"a\")\n# end";
        assert_eq!(renamed(code), renamed(commented));
        for other in [
            code.replace("math", "cmath"),
            code.replace("range", "list"),
            code.replace(".pi", ".e"),
            code.replace("** 2", "** 3"),
            code.replace("\"a\"", "\"b\""),
            code.replace("    print", "print"),
            code.replace("* scale", "* radius"),
        ] {
            assert_ne!(renamed(code), renamed(&other), "{other}");
        }
        assert_eq!(renamed("x = ("), "x = (");
    }
}
