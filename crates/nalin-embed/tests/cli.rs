//! The program as users run it.

use testkit::{Command, Folder};

fn embed(folder: &Folder, args: &[&str], input: &[u8]) -> testkit::Finished {
    let file = folder.join("names.bin");
    Command::new(env!("CARGO_BIN_EXE_nalin-embed"))
        .args(["--embedding", file.to_str().expect("a plain name"), "--min-count", "1", "--buckets", "500"])
        .args(args)
        .stdin(input)
        .run()
}

#[test]
fn fasttext_reads_what_it_wrote_and_it_repeats_itself() {
    let scripts = testkit::sample("script");
    let learned = |args: &[&str]| {
        let folder = Folder::new();
        let finished = embed(&folder, args, &scripts).succeeds();
        assert!(finished.stdout.is_empty(), "the vectors are in the file");
        assert_eq!(folder.names(), ["names.bin"]);
        folder.read("names.bin")
    };
    let bytes = learned(&["--dimensions", "8"]);
    assert!(bytes == learned(&["--dimensions", "8", "-j1"]));
    assert!(bytes != learned(&["--dimensions", "8", "--seed", "7"]));
    let vectors = fasttext::FastText::load(&mut &bytes[..]).expect("a model of fastText");
    assert_eq!(vectors.get_dimension(), 8);
    let (names, _) = vectors.get_vocab();
    assert!(
        names.iter().any(|name| name == "city_names") && names.iter().any(|name| name == "\"\""),
        "{names:?}"
    );
    assert!(vectors.get_word_vector("never_seen_before").iter().any(|number| *number != 0.0));
}

#[test]
fn nothing_to_learn_from() {
    let folder = Folder::new();
    embed(&folder, &[], b"").succeeds().says("nothing to learn from");
    assert!(folder.names().is_empty());
    embed(&folder, &[], b"{}\n").ends_with(2).says("stdin:1");
    assert!(folder.names().is_empty(), "nothing half-written is left");
}
