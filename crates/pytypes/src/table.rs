//! Tables of names by type.

/// By type the names that mean it.
pub(crate) type Table = [(&'static str, &'static [&'static str])];

/// The first type of a table that has the name.
pub(crate) fn look_up(table: &Table, name: &str) -> Option<&'static str> {
    table.iter().find(|(_, names)| names.contains(&name)).map(|(type_name, _)| *type_name)
}
