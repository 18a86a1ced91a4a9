//! How much more often a library is to blame for crashes than it is imported.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use filter::Stage;
use records::{CrashFactor, Record as _};

use super::{Args, Table, table};

/// Quantile of the normal distribution for 95%.
const Z: f64 = 1.96;

/// The factor of a library that is to blame for `crashes` of so many and has `imports` of so many, with its
/// interval: the quotient of two independent shares is log-normal in good approximation.
pub fn factor(library: &str, crashes: (u64, u64), imports: (u64, u64)) -> CrashFactor {
    let share = |(n, of): (u64, u64)| if of == 0 { 0.0 } else { n as f64 / of as f64 };
    let (crash_share, import_share) = (share(crashes), share(imports));
    let factor = if import_share > 0.0 { crash_share / import_share } else { 0.0 };
    let spread = |(n, of): (u64, u64)| 1.0 / n as f64 - 1.0 / of as f64;
    let has_interval = crashes.0 > 0 && imports.0 > 0;
    let width =
        if has_interval { (Z * (spread(crashes) + spread(imports)).max(0.0).sqrt()).exp() } else { 1.0 };
    CrashFactor {
        schema: CrashFactor::SCHEMA.to_owned(),
        library: library.to_owned(),
        crashes: crashes.0,
        crash_share,
        imports: imports.0,
        import_share,
        factor,
        low: factor / width,
        high: factor * width,
    }
}

/// Counts the libraries to blame, and compares them with the imports in a table.
///
/// # Errors
/// A malformed record or table.
pub fn run(args: &Args, path: &Path, stage: &mut Stage) -> Result<()> {
    let imports = read(path)?;
    let of_imports: u64 = imports.values().sum();
    let args = Args { rows: "label.library".to_owned(), columns: "schema".to_owned(), ..args.clone() };
    let counted = table::count(&args, stage)?;
    let Some(Table { categories, counts, .. }) = counted.into_iter().next() else { return Ok(()) };
    let crashes: Vec<(String, u64)> = categories
        .into_iter()
        .zip(counts)
        .map(|(library, counts)| (library, counts.iter().sum()))
        .filter(|(library, _)| !library.is_empty())
        .collect();
    let of_crashes: u64 = crashes.iter().map(|(_, n)| n).sum();
    let mut factors: Vec<CrashFactor> = crashes
        .iter()
        .map(|(library, n)| {
            let imported = imports.get(library).copied().unwrap_or(0);
            factor(library, (*n, of_crashes), (imported, of_imports))
        })
        .collect();
    factors.sort_by(|a, b| b.crashes.cmp(&a.crashes).then_with(|| a.library.cmp(&b.library)));
    factors.iter().try_for_each(|factor| stage.write(factor))
}

/// The table of `nbcrashes --imports`; its row `*` counts notebooks.
fn read(path: &Path) -> Result<BTreeMap<String, u64>> {
    let mut reader =
        csv::Reader::from_path(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut imports = BTreeMap::new();
    for row in reader.deserialize::<(String, u64)>() {
        let (library, notebooks) = row.with_context(|| path.display().to_string())?;
        if library != "*" {
            imports.insert(library, notebooks);
        }
    }
    Ok(imports)
}
