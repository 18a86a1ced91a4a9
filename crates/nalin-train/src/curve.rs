//! The learning curve as a picture: the loss on the training part, loss, AUC and F1 on the validation part.

use std::fmt::Write as _;

use evaluation::Metrics;
use nalin_model::Past;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 220.0;
const MARGIN: f64 = 48.0;

/// A line of a panel: a name, a colour (of a palette for the colour-blind), a number for each epoch.
type Line = (&'static str, &'static str, Vec<f64>);

/// The picture, as SVG.
pub(crate) fn draw(model: &str, past: &[Past], kept: usize) -> String {
    let valid =
        |figure: fn(&Metrics) -> f64| past.iter().filter_map(move |past| Some(figure(past.valid.as_ref()?)));
    let loss: Vec<Line> = vec![
        ("training loss", "#d55e00", past.iter().map(|past| past.train_loss).collect()),
        ("validation loss", "#0072b2", valid(|metrics| metrics.loss).collect()),
    ];
    let merit: Vec<Line> = vec![
        ("validation AUC", "#009e73", valid(|metrics| metrics.auc).collect()),
        ("validation F1", "#cc79a7", valid(|metrics| metrics.f1).collect()),
    ];
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n\
         <text x=\"{MARGIN}\" y=\"18\" font-size=\"14\">{model}: epoch {kept} of {} was kept</text>\n",
        2.0 * HEIGHT + 24.0,
        past.len(),
    );
    for (top, lines) in [(24.0, loss), (24.0 + HEIGHT, merit)] {
        panel(top, &lines, past.len(), kept, &mut svg);
    }
    svg.push_str("</svg>\n");
    svg
}

fn panel(top: f64, lines: &[Line], epochs: usize, kept: usize, svg: &mut String) {
    let numbers = || lines.iter().flat_map(|(_, _, numbers)| numbers).copied();
    let (low, high) = (numbers().fold(f64::INFINITY, f64::min), numbers().fold(f64::NEG_INFINITY, f64::max));
    if low > high {
        return;
    }
    // Lines that are nearly flat keep away from the frame.
    let room = (0.05 * (high - low)).max(0.005);
    let (low, high) = (low - room, high + room);
    let (right, bottom) = (WIDTH - MARGIN, top + HEIGHT - MARGIN / 2.0);
    let x = |epoch: usize| MARGIN + (right - MARGIN) * (epoch as f64 - 1.0) / (epochs.max(2) - 1) as f64;
    let y = |number: f64| bottom - (bottom - top - MARGIN / 2.0) * (number - low) / (high - low);
    for tick in 0..5 {
        let number = low + (high - low) * f64::from(tick) / 4.0;
        let _ = writeln!(
            svg,
            "<path d=\"M{MARGIN} {at:.1}H{right}\" stroke=\"#ddd\"/><text x=\"{}\" y=\"{:.1}\" \
             text-anchor=\"end\">{number:.3}</text>",
            MARGIN - 6.0,
            y(number) + 4.0,
            at = y(number),
        );
    }
    for epoch in (1..=epochs).step_by(epochs.div_ceil(15).max(1)) {
        let at = x(epoch);
        let _ = writeln!(
            svg,
            "<text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{epoch}</text>",
            bottom + 15.0
        );
    }
    if kept > 0 {
        let (at, above) = (x(kept), top + MARGIN / 2.0);
        let _ = writeln!(
            svg,
            "<path d=\"M{at:.1} {above:.1}V{bottom:.1}\" stroke=\"#999\" stroke-dasharray=\"4\"/>"
        );
    }
    for (place, (name, colour, numbers)) in lines.iter().enumerate() {
        let points: Vec<String> =
            (1..).zip(numbers).map(|(epoch, &number)| format!("{:.1},{:.1}", x(epoch), y(number))).collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\
             <text x=\"{}\" y=\"{}\" fill=\"{colour}\">{name}</text>",
            points.join(" "),
            MARGIN + 160.0 * place as f64,
            top + 16.0,
        );
    }
}

#[cfg(test)]
mod tests {
    use evaluation::Metrics;
    use nalin_model::Past;

    use super::draw;

    #[test]
    fn a_point_for_each_epoch_within_the_frame() {
        let past = |epoch: usize, with_valid: bool| Past {
            epoch,
            step: epoch * 10,
            rate: 0.01,
            train_loss: 1.0 / epoch as f64,
            valid: with_valid.then(|| Metrics { loss: 0.7, auc: 0.5, f1: 0.4, ..Metrics::default() }),
        };
        for (n, with_valid, lines) in [(40, true, 4), (1, true, 4), (3, false, 1)] {
            let svg = draw("default", &(1..=n).map(|epoch| past(epoch, with_valid)).collect::<Vec<_>>(), 1);
            assert!(svg.starts_with("<svg") && svg.ends_with("</svg>\n") && !svg.contains("NaN"), "{svg}");
            let drawn: Vec<&str> = svg.split("points=\"").skip(1).collect();
            let points = |line: &str| -> Vec<(f64, f64)> {
                let points =
                    line[..line.find('"').unwrap()].split(' ').filter_map(|point| point.split_once(','));
                points.map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())).collect()
            };
            assert_eq!(drawn.iter().filter(|line| points(line).len() == n).count(), lines);
            for (x, y) in drawn.iter().flat_map(|line| points(line)) {
                assert!((40.0..=600.0).contains(&x) && (24.0..=464.0).contains(&y), "{x} {y}");
            }
        }
    }
}
