//! Pearson's chi-square over a table of counts, as the study makes it.

use statrs::function::gamma::gamma_ur;

/// Categories with fewer than this in any group are left out.
const LEAST: u64 = 5;

/// The result of a test.
#[derive(Clone, Debug, Default)]
pub struct ChiSquare {
    /// The statistic.
    pub statistic: f64,
    /// Degrees of freedom.
    pub degrees_of_freedom: u64,
    /// Probability of so large a statistic by chance; 1 where nothing can be tested.
    pub p: f64,
    /// For each row its residuals; `None` for rows that were left out.
    pub rows: Vec<Option<Residuals>>,
}

/// How far a row's counts are from what is expected, group by group.
#[derive(Clone, Debug)]
pub struct Residuals {
    /// `(observed - expected) / sqrt(expected)`.
    pub pearson: Vec<f64>,
    /// The same over its standard deviation.
    pub adjusted: Vec<f64>,
}

/// Tests whether the groups (columns) have the same shares of the categories (rows). Rows with a count below 5
/// are left out; Yates' correction is made where there is one degree of freedom.
pub fn chi_square(counts: &[Vec<u64>]) -> ChiSquare {
    let groups = counts.first().map_or(0, Vec::len);
    let is_tested = |row: &&Vec<u64>| row.iter().all(|&count| count >= LEAST);
    let tested: Vec<&Vec<u64>> = counts.iter().filter(is_tested).collect();
    let columns: Vec<f64> =
        (0..groups).map(|group| tested.iter().map(|row| row[group] as f64).sum()).collect();
    let total: f64 = columns.iter().sum();
    let freedom = (tested.len().saturating_sub(1) * groups.saturating_sub(1)) as u64;
    let (mut statistic, mut rows) = (0.0, Vec::new());
    for row in counts {
        if !is_tested(&row) {
            rows.push(None);
            continue;
        }
        let sum: f64 = row.iter().map(|&count| count as f64).sum();
        let mut residuals = Residuals { pearson: Vec::new(), adjusted: Vec::new() };
        for (&count, &column) in row.iter().zip(&columns) {
            let expected = sum * column / total;
            let difference = count as f64 - expected;
            // Half a count nearer, but not beyond (Yates).
            let corrected = if freedom == 1 { (difference.abs() - 0.5).max(0.0) } else { difference };
            statistic += corrected * corrected / expected;
            let pearson = difference / expected.sqrt();
            residuals.pearson.push(pearson);
            let spread = ((1.0 - sum / total) * (1.0 - column / total)).sqrt();
            residuals.adjusted.push(if spread > 0.0 { pearson / spread } else { 0.0 });
        }
        rows.push(Some(residuals));
    }
    // The upper tail: the regularised upper incomplete gamma function of half of each.
    let p =
        if freedom == 0 || statistic <= 0.0 { 1.0 } else { gamma_ur(freedom as f64 / 2.0, statistic / 2.0) };
    ChiSquare { statistic, degrees_of_freedom: freedom, p, rows }
}
