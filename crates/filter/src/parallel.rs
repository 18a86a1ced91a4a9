//! Work on many items at a time, results in the order of the items, memory bounded.

use std::collections::BTreeMap;
use std::panic;
use std::thread;

use anyhow::Result;
use crossbeam_channel::{bounded, unbounded};

/// How many items may be under way for each worker. More lets one slow item delay the others less;
/// each costs the memory of its result.
const IN_FLIGHT_PER_WORKER: usize = 16;

/// Applies `work` to the items on `workers` threads and hands the results to `sink` in input order.
///
/// `sink` is also told whether more results lie ready; when not, it may want to flush.
/// One worker is the calling thread. At most 16 items a worker are between reading and `sink`.
///
/// # Errors
/// The first error in input order of the items, of `work` or of `sink`; no later item reaches `sink`.
pub fn ordered_map<I: Send, O: Send>(
    items: impl Iterator<Item = Result<I>> + Send,
    workers: usize,
    work: impl Fn(I) -> Result<O> + Sync,
    mut sink: impl FnMut(O, bool) -> Result<()>,
) -> Result<()> {
    if workers == 1 {
        // There is no order to keep, and to hand an item to another thread costs more than some items do.
        return items.into_iter().try_for_each(|item| sink(work(item?)?, false));
    }
    let in_flight = workers * IN_FLIGHT_PER_WORKER;
    let (give_permit, take_permit) = bounded(in_flight);
    for _ in 0..in_flight {
        let _ = give_permit.send(());
    }
    let (send_item, receive_item) = unbounded::<(u64, Result<I>)>();
    let (send_result, receive_result) = unbounded::<(u64, Result<O>)>();

    thread::scope(|scope| {
        let reader = scope.spawn(move || {
            for (position, item) in (0..).zip(items) {
                let last = item.is_err();
                if take_permit.recv().is_err() || send_item.send((position, item)).is_err() || last {
                    break;
                }
            }
        });
        let mut threads = vec![reader];
        for _ in 0..workers {
            let receive_item = receive_item.clone();
            let send_result = send_result.clone();
            let work = &work;
            threads.push(scope.spawn(move || {
                for (position, item) in receive_item {
                    if send_result.send((position, item.and_then(work))).is_err() {
                        break;
                    }
                }
            }));
        }
        drop((receive_item, send_result));

        let mut waiting = BTreeMap::new();
        let mut next = 0;
        let mut outcome = Ok(());
        'results: for (position, result) in &receive_result {
            waiting.insert(position, result);
            while let Some(result) = waiting.remove(&next) {
                next += 1;
                let more = waiting.contains_key(&next) || !receive_result.is_empty();
                if let Err(error) = result.and_then(|output| sink(output, more)) {
                    outcome = Err(error);
                    break 'results;
                }
                let _ = give_permit.send(());
            }
        }
        // Closing the channels is what stops the other threads after an error.
        drop((give_permit, receive_result));
        for thread in threads {
            if let Err(cause) = thread.join() {
                panic::resume_unwind(cause);
            }
        }
        outcome
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::ordered_map;

    #[test]
    fn results_keep_the_order_of_items() {
        let mut seen = Vec::new();
        let slow_first = |item: u64| {
            std::thread::sleep(Duration::from_micros(200 - item));
            Ok(item * 2)
        };
        ordered_map((0..200).map(Ok), 4, slow_first, |output, _| {
            seen.push(output);
            Ok(())
        })
        .unwrap();
        assert_eq!(seen, (0..200).map(|item| item * 2).collect::<Vec<_>>());
    }

    #[test]
    fn an_error_stops_reading_and_later_results() {
        let read = AtomicUsize::new(0);
        let items = (0..1_000_000).map(|item| {
            read.fetch_add(1, Ordering::Relaxed);
            Ok(item)
        });
        let mut seen = 0;
        let fail_at_50 = |item: i32| if item == 50 { anyhow::bail!("fifty") } else { Ok(item) };
        let error = ordered_map(items, 3, fail_at_50, |_, _| {
            seen += 1;
            Ok(())
        })
        .unwrap_err();
        assert_eq!((error.to_string().as_str(), seen), ("fifty", 50));
        assert!(read.into_inner() < 1000);
    }

    #[test]
    fn work_is_bounded_when_one_item_is_slow() {
        let read = AtomicUsize::new(0);
        let items = (0..500).map(|item| {
            read.fetch_add(1, Ordering::Relaxed);
            Ok(item)
        });
        let mut first = true;
        let slow_zero = |item: i32| {
            if item == 0 {
                std::thread::sleep(Duration::from_millis(100));
            }
            Ok(item)
        };
        ordered_map(items, 2, slow_zero, |_, _| {
            if std::mem::take(&mut first) {
                assert!(read.load(Ordering::Relaxed) <= 2 * super::IN_FLIGHT_PER_WORKER + 1);
            }
            Ok(())
        })
        .unwrap();
    }
}
