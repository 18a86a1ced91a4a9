//! Steps against those of PyTorch (2.15, in double precision).

use candle_core::Device;

use super::{AdamW, AdamWConfig};
use crate::gradients::{Gradients, SparseGradient};
use crate::lookup::Bags;
use crate::parameters::{Init, Parameters};

fn is_close(found: &[f32], expected: &[f32]) {
    for (one, other) in found.iter().zip(expected) {
        assert!((one - other).abs() < 2e-6, "{found:?} {expected:?}");
    }
    assert_eq!(found.len(), expected.len());
}

/// ```python
/// w = torch.nn.Parameter(torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64))
/// o = torch.optim.AdamW([w], lr=0.1, betas=(0.9, b2), weight_decay=0.01)
/// for g in [[3, 4, 0], [-0.1, 0.2, 0.3], [0.5, -0.5, 2]]:
///     w.grad = torch.tensor(g, dtype=torch.float64)
///     if clip: torch.nn.utils.clip_grad_norm_([w], clip)
///     o.step()
/// ```
#[test]
fn dense_weights_move_as_those_of_pytorch() {
    for (beta_2, clip, expected) in [
        (0.999, None, [0.773_101_8, -2.210_637, 0.352_458_3]),
        (0.99, Some(1.0), [0.781_173_5, -2.221_265, 0.346_339_3]),
    ] {
        let mut parameters = Parameters::new(&Device::Cpu, 0, "test");
        let weight = parameters.add_dense("w", &[3], Init::Zeros).unwrap();
        parameters.set("w", vec![1.0, -2.0, 0.5]).unwrap();
        let mut adam = AdamW::new(&parameters, AdamWConfig { beta_2, clip, ..AdamWConfig::default() });
        for gradient in [[3.0, 4.0, 0.0], [-0.1, 0.2, 0.3], [0.5, -0.5, 2.0]] {
            // In two parts, as two threads would find it.
            let parts = [0.25, 0.75].map(|share| Gradients {
                dense: vec![gradient.iter().map(|number| number * share).collect()],
                sparse: Vec::new(),
            });
            adam.step(&mut parameters, &parts, 0.1).unwrap();
        }
        is_close(&parameters.dense(weight).to_vec1().unwrap(), &expected);
    }
}

/// ```python
/// e = torch.nn.EmbeddingBag(4, 2, mode="sum", sparse=sparse, dtype=torch.float64)
/// e.weight.data = torch.arange(8, dtype=torch.float64).reshape(4, 2) / 4
/// o = (torch.optim.SparseAdam(e.parameters(), lr=0.1) if sparse
///      else torch.optim.AdamW(e.parameters(), lr=0.1, weight_decay=0.01))
/// for bags, offsets in [([0, 2, 2], [0, 2]), ([2], [0]), ([0, 3], [0])]:
///     o.zero_grad()
///     (e(torch.tensor(bags), torch.tensor(offsets)) ** 2).sum().backward()
///     o.step()
/// ```
#[test]
fn tables_move_as_those_of_pytorch() {
    let sparse = [-0.185_414_1, 0.064_218_82, 0.5, 0.75, 0.808_351_7, 1.059_465, 1.436_119, 1.686_119];
    let every_row = [
        -0.248_923_5,
        0.000_271_645,
        0.498_501_5,
        0.747_752_2,
        0.734_831_5,
        0.986_054_5,
        1.431_623,
        1.680_874,
    ];
    for (weight_decay, expected) in [(0.0, sparse), (0.01, every_row)] {
        let mut parameters = Parameters::new(&Device::Cpu, 0, "test");
        let table = parameters.add_table("e", 4, 2, Init::Zeros);
        parameters.set("e", (0..8_u8).map(|at| f32::from(at) / 4.0).collect()).unwrap();
        if weight_decay > 0.0 {
            parameters.step_every_row(table);
        }
        let mut adam = AdamW::new(&parameters, AdamWConfig { weight_decay, ..AdamWConfig::default() });
        for batch in [vec![vec![0, 2], vec![2]], vec![vec![2]], vec![vec![0, 3]]] {
            let mut bags = Bags::default();
            batch.into_iter().for_each(|rows| bags.push(rows, |_| 1.0));
            let lookup = parameters.look_up(table, bags, true).unwrap();
            let store = lookup.leaf.sqr().unwrap().sum_all().unwrap().backward().unwrap();
            let gradients = Gradients::collect(&parameters, &store, vec![lookup]).unwrap();
            adam.step(&mut parameters, &[gradients], 0.1).unwrap();
        }
        is_close(parameters.table(table), &expected);
    }
}

#[test]
fn rows_of_one_number_move_as_wider_ones_do() {
    // Three words of rows, the last one not full.
    const ROWS: usize = 130;
    let touched = [0, 5, 63, 64, 129];
    for clip in [None, Some(0.1)] {
        let moved = [1, 3].map(|width| {
            let mut parameters = Parameters::new(&Device::Cpu, 0, "test");
            let table = parameters.add_table("w", ROWS, width, Init::Zeros);
            let values = (0..ROWS).flat_map(|row| vec![row as f32 / 7.0; width]).collect();
            parameters.set("w", values).unwrap();
            let clip = clip.map(|clip: f64| clip * (width as f64).sqrt());
            let mut adam = AdamW::new(&parameters, AdamWConfig { clip, ..AdamWConfig::default() });
            for step in 1..=3 {
                let mut bags = Bags::default();
                touched.iter().take(2 + step).for_each(|&row| bags.push([row], |_| 0.5));
                let number = |bag: usize| (bag as f32 - 1.5) / step as f32;
                let sums = (0..bags.len()).flat_map(|bag| vec![number(bag); width]).collect();
                let gradients =
                    Gradients { dense: Vec::new(), sparse: vec![SparseGradient { table, bags, sums }] };
                adam.step(&mut parameters, &[gradients], 0.1).unwrap();
            }
            parameters.table(table).iter().copied().step_by(width).collect::<Vec<f32>>()
        });
        for (row, (one, wide)) in moved[0].iter().zip(&moved[1]).enumerate() {
            assert!((one - wide).abs() < 1e-4, "row {row}: {one} {wide}");
            assert_eq!(*one != row as f32 / 7.0, touched.contains(&(row as u32)), "row {row}: {one}");
        }
    }
}

/// The order of the sums is that of the parts, not of the threads.
#[test]
fn the_number_of_threads_makes_no_difference() {
    let on_threads = |threads: usize| {
        let work = || {
            let mut parameters = Parameters::new(&Device::Cpu, 5, "test");
            parameters.add_dense("dense", &[40], Init::Normal(1.0)).unwrap();
            let table = parameters.add_table("table", 1000, 3, Init::Normal(1.0));
            let mut adam = AdamW::new(&parameters, AdamWConfig { clip: Some(0.5), ..AdamWConfig::default() });
            for step in 0..3_u32 {
                let part = |part: u32| {
                    let mut bags = Bags::default();
                    (0..50).for_each(|bag| bags.push([bag * 19 + part, bag * (step + 1) + part], |_| 0.7));
                    let sums = (0..150).map(|at| (at as f32 + part as f32).sin()).collect();
                    let dense = vec![(0..40).map(|at| (at as f32 * 0.1 + part as f32).cos()).collect()];
                    Gradients { dense, sparse: vec![SparseGradient { table, bags, sums }] }
                };
                adam.step(&mut parameters, &[part(0), part(1), part(2)], 0.1).unwrap();
            }
            parameters.snapshot().unwrap()
        };
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
    };
    assert!(on_threads(1) == on_threads(3));
}
