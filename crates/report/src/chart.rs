//! Small charts as inline SVG: bars and lines, no more than a report needs.
//!
//! Every chart is a table to whoever cannot see it: its numbers stand in `<title>`s. Labels may be
//! strangers' text, so everything is escaped here.

use std::fmt::Write as _;

const WIDTH: f64 = 420.0;
const ROW: f64 = 20.0;

/// Horizontal bars, one a label, with their numbers.
pub fn bars(title: &str, rows: &[(String, f64)]) -> String {
    let most = rows.iter().map(|(_, value)| *value).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let height = ROW * rows.len() as f64 + 4.0;
    let mut svg = open(title, height);
    for (at, (label, value)) in rows.iter().enumerate() {
        let y = ROW * at as f64;
        let width = value / most * 200.0;
        let label: String = label.chars().take(24).collect();
        let label = html_escape(&label);
        let _ = write!(
            svg,
            "<g><title>{label}: {value}</title><text x=\"150\" y=\"{}\" text-anchor=\"end\">{label}</text>\
             <rect class=\"bar\" x=\"156\" y=\"{}\" width=\"{width:.1}\" height=\"14\"/>\
             <text x=\"{:.1}\" y=\"{}\">{value}</text></g>",
            y + 14.0,
            y + 3.0,
            160.0 + width,
            y + 14.0,
        );
    }
    svg + "</svg>"
}

/// A table of counts as a heat map: each row is coloured by its shares; the counts stand in the cells.
pub fn heat_map(title: &str, columns: &[String], rows: &[(String, Vec<u64>)]) -> String {
    const CELL: f64 = 46.0;
    let width = 160.0 + CELL * columns.len() as f64;
    let height = ROW * (rows.len() as f64 + 1.0) + 4.0;
    let short = |text: &str, most: usize| html_escape(&text.chars().take(most).collect::<String>());
    let mut svg = format!(
        "<svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{0}\"><title>{0}</title>",
        html_escape(title)
    );
    for (at, column) in columns.iter().enumerate() {
        let x = 156.0 + CELL * (at as f64 + 0.5);
        let _ = write!(svg, "<text x=\"{x}\" y=\"14\" text-anchor=\"middle\">{}</text>", short(column, 7));
    }
    for (at, (label, counts)) in rows.iter().enumerate() {
        let y = ROW * (at as f64 + 1.0);
        let sum = counts.iter().sum::<u64>().max(1) as f64;
        let _ =
            write!(svg, "<text x=\"150\" y=\"{}\" text-anchor=\"end\">{}</text>", y + 14.0, short(label, 24));
        for (column, (count, name)) in counts.iter().zip(columns).enumerate() {
            let x = 156.0 + CELL * column as f64;
            let share = *count as f64 / sum;
            let _ = write!(
                svg,
                "<g><title>{}, {}: {count}, {:.0} %</title><rect class=\"bar\" x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"18\" \
                 fill-opacity=\"{share:.2}\"/><text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{count}</text></g>",
                short(label, 60),
                short(name, 60),
                share * 100.0,
                CELL - 2.0,
                x + CELL / 2.0,
                y + 14.0,
            );
        }
    }
    svg + "</svg>"
}

/// One line or row of dots: its name and its points.
pub(crate) struct Series {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
}

/// Lines over x, with y from 0 to 1; x runs over `range`.
pub(crate) fn lines(title: &str, axes: (&str, &str), range: (f64, f64), series: &[Series]) -> String {
    let height = 230.0 + 16.0 * series.len() as f64;
    let (left, top, width, tall) = (40.0, 10.0, 360.0, 180.0);
    let span = (range.1 - range.0).max(f64::MIN_POSITIVE);
    let x = |value: f64| left + (value - range.0) / span * width;
    let y = |value: f64| top + (1.0 - value.clamp(0.0, 1.0)) * tall;
    let mut svg = open(title, height);
    for tenth in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let at = y(tenth);
        let _ = write!(
            svg,
            "<path class=\"grid\" d=\"M{left} {at:.1}H{}\"/><text x=\"34\" y=\"{:.1}\" text-anchor=\"end\">{tenth}</text>",
            left + width,
            at + 4.0
        );
    }
    let below = top + tall + 16.0;
    let _ = write!(
        svg,
        "<text x=\"{left}\" y=\"{below}\">{}</text><text x=\"{}\" y=\"{below}\" text-anchor=\"end\">{}</text>\
         <text x=\"{}\" y=\"{below}\" text-anchor=\"middle\">{}</text>",
        round(range.0),
        left + width,
        round(range.1),
        left + width / 2.0,
        html_escape(&format!("{} → {}", axes.0, axes.1)),
    );
    for (at, one) in series.iter().enumerate() {
        let path: Vec<String> =
            one.points.iter().map(|&(px, py)| format!("{:.1} {:.1}", x(px), y(py))).collect();
        let name = html_escape(&one.name);
        if !path.is_empty() {
            let _ = write!(svg, "<path class=\"line s{at}\" d=\"M{}\"/>", path.join("L"));
        }
        for &(px, py) in &one.points {
            let _ = write!(
                svg,
                "<circle class=\"dot s{at}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"2.5\"><title>{name}: {}, {}</title></circle>",
                x(px),
                y(py),
                round(px),
                round(py)
            );
        }
        let legend = below + 18.0 + 16.0 * at as f64;
        let _ = write!(
            svg,
            "<rect class=\"key s{at}\" x=\"{left}\" y=\"{}\" width=\"12\" height=\"4\"/><text x=\"58\" y=\"{legend}\">{name}</text>",
            legend - 6.0
        );
    }
    svg + "</svg>"
}

fn open(title: &str, height: f64) -> String {
    let title = html_escape(title);
    format!(
        "<svg viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" role=\"img\" aria-label=\"{title}\"><title>{title}</title>"
    )
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

fn html_escape(text: &str) -> String {
    let text = records::escape(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Precision over recall at every score, thinned to at most a hundred points; recall rises.
pub(crate) fn precision_recall(judged: &[(f64, bool)]) -> Vec<(f64, f64)> {
    let positives = judged.iter().filter(|(_, label)| *label).count();
    if positives == 0 {
        return Vec::new();
    }
    let mut sorted = judged.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (mut right, mut points) = (0, Vec::new());
    for (at, (score, label)) in sorted.iter().enumerate() {
        right += usize::from(*label);
        // Equal scores are warned of together.
        if sorted.get(at + 1).is_none_or(|(next, _)| next < score) {
            points.push((right as f64 / positives as f64, right as f64 / (at + 1) as f64));
        }
    }
    let step = points.len().div_ceil(100).max(1);
    let last = points.last().copied();
    let mut thinned: Vec<_> = points.into_iter().step_by(step).collect();
    if let Some(last) = last.filter(|last| thinned.last() != Some(last)) {
        thinned.push(last);
    }
    thinned
}

/// For each tenth of the scores that has any: the mean score, and the share that does not fit.
pub(crate) fn calibration(judged: &[(f64, bool)]) -> Vec<(f64, f64)> {
    let mut bins = [(0.0, 0_u32, 0_u32); 10];
    for &(score, label) in judged {
        let bin = &mut bins[((score * 10.0) as usize).min(9)];
        *bin = (bin.0 + score, bin.1 + u32::from(label), bin.2 + 1);
    }
    let filled = bins.iter().filter(|(_, _, n)| *n > 0);
    filled.map(|&(sum, unfit, n)| (sum / f64::from(n), f64::from(unfit) / f64::from(n))).collect()
}

#[cfg(test)]
mod tests {
    use super::{bars, calibration, heat_map, precision_recall};

    #[test]
    fn curves() {
        let judged = [(0.9, true), (0.8, false), (0.7, true), (0.1, false)];
        assert_eq!(precision_recall(&judged), [(0.5, 1.0), (0.5, 0.5), (1.0, 2.0 / 3.0), (1.0, 0.5)]);
        assert_eq!(precision_recall(&[(0.5, false)]), []);
        assert_eq!(calibration(&[(0.25, true), (0.25, false), (1.0, true)]), [(0.25, 0.5), (1.0, 1.0)]);
    }

    #[test]
    fn labels_are_text() {
        let rows = [("<i>".to_owned(), vec![3, 1])];
        let map = heat_map("t", &["<b>".to_owned(), "c".to_owned()], &rows);
        assert!(map.contains("&lt;i&gt;, &lt;b&gt;: 3, 75 %") && !map.contains("<b>"), "{map}");
        assert!(!bars("a", &[("<script>\u{202e}".to_owned(), 1.0)]).contains(['\u{202e}']));
        assert!(
            bars("a", &[("<script>".to_owned(), 1.0)]).contains("&lt;script>")
                || bars("a", &[("<b>".to_owned(), 1.0)]).contains("&lt;b&gt;")
        );
    }
}
